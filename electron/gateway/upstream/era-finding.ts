// Which eras of the protocol a server speaks: configured, or learnt from how it answers.
import type { Era, Logger } from '../ports.ts';

export type ConfiguredEra = Era | 'auto';

export interface EraFinding {
  /** What is configured; with `auto` a server is asked, and asked again. */
  readonly configured: ConfiguredEra;
  /** Whether the server is known to speak it. */
  speaks(era: Era): boolean;
  /** Whether it is known not to. */
  refuses(era: Era): boolean;
  /** Takes what an answer has shown; what is configured stays. */
  learn(era: Era, speaks: boolean): void;
}

export function createEraFinding(server: string, configured: ConfiguredEra, logger: Logger): EraFinding {
  const learnt: Record<Era, boolean | null> = { legacy: null, modern: null };
  const known = (era: Era): boolean | null => (configured === 'auto' ? learnt[era] : era === configured);
  return {
    configured,
    speaks: (era) => known(era) === true,
    refuses: (era) => known(era) === false,
    learn(era, speaks) {
      if (configured !== 'auto' || learnt[era] === speaks) return;
      learnt[era] = speaks;
      logger.info('upstream_era_found', { server, era, speaks });
      const other = era === 'modern' ? 'legacy' : 'modern';
      // A server speaks something: where it refuses both, what was learnt of the other one is out of date.
      if (!speaks && learnt[other] === false) learnt[other] = null;
    },
  };
}
