// Waits for a proxy that is not there: it may be starting, or starting again.
import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../gateway/errors.ts';
import type { Logger } from '../gateway/ports.ts';
import { PROXY_NAME } from './proxy-session.ts';

/** A proxy that starts has so long to be there, with pauses between the attempts that grow. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3000;

/** The proxy is not there, or not yet: another attempt may do better. */
export class NotThereError extends UpstreamError {
  /** Whether it is known to be starting. */
  readonly isStarting: boolean;

  constructor(
    message: string,
    { isStarting = false, cause }: { isStarting?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isStarting = isStarting;
  }
}

/**
 * Makes attempts until one does not end in a NotThereError. Where the proxy neither `wasThere` nor is starting, there
 * is one attempt. Rejects with an UpstreamError that says what to do.
 */
export type Persist = <T>(attempt: () => Promise<T>, wasThere: boolean) => Promise<T>;

export interface PatienceOptions {
  readonly closing: AbortSignal;
  readonly logger: Logger;
  readonly patienceMs?: number | undefined;
}

export function createPatience({ closing, logger, patienceMs = PATIENCE_MS }: PatienceOptions): Persist {
  /** Once waiting was in vain, attempts are made once until the proxy is there again. */
  let patient = true;

  return async function persist(attempt, wasThere) {
    const began = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const done = await attempt();
        if (!patient || pause > FIRST_PAUSE_MS) logger.info('connected_again');
        patient = true;
        return done;
      } catch (error) {
        if (!(error instanceof NotThereError) || closing.aborted) throw error;
        const isWorthIt = patient && (wasThere || error.isStarting);
        if (!isWorthIt || performance.now() + pause > began + patienceMs) {
          if (wasThere || error.isStarting) patient = false;
          throw notRunning(error.message, wasThere);
        }
        if (pause === FIRST_PAUSE_MS) logger.warn('connection_lost', { why: error.message });
      }
      await sleep(pause, undefined, { signal: closing });
    }
  };
}

/** Clients ask for a server once, when they start; one that was there is asked again with the next call. */
function notRunning(why: string, wasThere: boolean): UpstreamError {
  const next = wasThere ? 'try again' : 'restart this client';
  return new UpstreamError(`${PROXY_NAME} is not running: start it, then ${next}. (${why})`);
}
