// Follows a bundle server: asks it again and again, has what is new tried, and says how that goes.
import type { PolicyBundleStatus } from '../../../shared/policy-bundles.ts';
import type { Clock, Closable, Logger } from '../../ports.ts';
import type { BundleSettings } from './bundle-settings.ts';
import { createDownloads, type Download } from './download.ts';
import { pollDelay } from './poll-delay.ts';
import { digestOf, readServedBundle, type ServedBundle } from './read-served.ts';
import type { BundleStore } from './stored-bundle.ts';

/** Tries a bundle and puts it in force; null where that went well, otherwise what is wrong with it. */
export type TakeBundle = (bundle: ServedBundle) => Promise<string | null>;

export interface BundleClientOptions extends BundleSettings {
  /** Null: nothing is kept on disk. */
  readonly store: BundleStore | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: (status: PolicyBundleStatus) => void;
}

export interface BundleClient extends Closable {
  /** The bundle on disk, verified anew; null where there is none that could be used. To be asked before `start`. */
  stored(): Promise<ServedBundle | null>;
  /** Asks at once, and from then on again and again. Resolves after the first time. */
  start(take: TakeBundle): Promise<void>;
  /** Asks now; also about a bundle that was refused before. */
  check(): Promise<PolicyBundleStatus>;
  status(): PolicyBundleStatus;
}

interface Taken {
  readonly digest: string;
  readonly shown: NonNullable<PolicyBundleStatus['taken']>;
}

export function createBundleClient(options: BundleClientOptions): BundleClient {
  const { shownUrl: url, signing, polling, store, clock, logger } = options;
  const downloads = createDownloads(options.server);
  const closing = new AbortController();
  let take: TakeBundle | null = null;
  let taken: Taken | null = null;
  /** The archive that was refused last: it is not tried again by itself. */
  let refused: string | null = null;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let now: Omit<PolicyBundleStatus, 'url' | 'taken' | 'checking'> = {
    lastTryAt: null,
    lastSuccessAt: null,
    nextTryAt: null,
    problem: null,
  };

  const status = (): PolicyBundleStatus => ({
    url,
    taken: taken?.shown ?? null,
    checking: running !== null,
    ...now,
  });

  function tell(change: Partial<typeof now>): void {
    now = { ...now, ...change };
    if (!closing.signal.aborted) options.onChange(status());
  }

  function goneWell(): void {
    failures = 0;
    refused = null;
    now = { ...now, lastSuccessAt: clock.now(), problem: null };
  }

  function goneWrong(event: string, message: string, remedy: string): void {
    // Told once, and not each minute.
    if (now.problem?.message !== message) logger.error(event, { url, message, remedy });
    now = { ...now, problem: { message, remedy: `${remedy} ${inTheMeantime()}` } };
  }

  function inTheMeantime(): string {
    if (taken === null) return 'Until then every call is denied.';
    const { revision } = taken.shown;
    return `Until then the last good bundle${revision === '' ? '' : ` (revision ${revision})`} stays in force.`;
  }

  function accept({ manifest, signedBy, digest }: ServedBundle, etag: string | null, at: number): void {
    taken = { digest, shown: { ...manifest, etag, signedBy, at } };
  }

  async function consider(
    { archive, etag }: Extract<Download, { kind: 'new' }>,
    again: boolean,
  ): Promise<void> {
    const digest = digestOf(archive);
    if (taken?.digest === digest) {
      taken = { ...taken, shown: { ...taken.shown, etag } };
      await keep(archive, taken);
      goneWell();
      return;
    }
    if (refused === digest && !again) return;
    const read = await readServedBundle(archive, signing);
    const why = read.ok ? await tried(read.bundle) : read.problem;
    if (closing.signal.aborted) return;
    failures = 0;
    if (!read.ok || why !== null) {
      refused = digest;
      const revision = read.ok ? read.bundle.manifest.revision : '';
      const which = revision === '' ? 'The bundle' : `The bundle with the revision ${revision}`;
      goneWrong(
        'policy_bundle_refused',
        `${which} from ${url} is refused: ${why ?? ''}`,
        'Have a bundle served there that can be used.',
      );
      return;
    }
    accept(read.bundle, etag, clock.now());
    const { revision } = read.bundle.manifest;
    logger.info('policy_bundle_taken', { url, revision, digest, signed: read.bundle.signedBy !== null });
    if (taken !== null) await keep(archive, taken);
    goneWell();
  }

  async function tried(bundle: ServedBundle): Promise<string | null> {
    try {
      return (await take?.(bundle)) ?? null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function keep(archive: Uint8Array, { digest, shown: { etag, at } }: Taken): Promise<void> {
    try {
      await store?.write({ archive, url, etag, digest, at });
    } catch (error) {
      logger.error('policy_bundle_not_kept', { url, error: String(error) });
    }
  }

  async function ask(again: boolean): Promise<void> {
    clearTimeout(timer);
    tell({ lastTryAt: clock.now(), nextTryAt: null });
    const got = await downloads.get(taken?.shown.etag ?? null, closing.signal);
    if (closing.signal.aborted) return;
    if (got.kind === 'failed') {
      failures += 1;
      goneWrong('policy_bundle_not_read', `The bundle at ${url} can't be read. ${got.message}.`, got.remedy);
    } else if (got.kind === 'unchanged') goneWell();
    else await consider(got, again);
  }

  function once(again: boolean): Promise<void> {
    running ??= ask(again).finally(() => {
      running = null;
      if (closing.signal.aborted) return;
      const delay = pollDelay(polling, failures, Math.random());
      timer = setTimeout(() => void once(false), delay);
      tell({ nextTryAt: clock.now() + delay });
    });
    return running;
  }

  return {
    async stored() {
      try {
        const found = (await store?.read()) ?? null;
        if (found === null) return null;
        if (found.url !== url) {
          await store?.forget();
          return null;
        }
        const read = await readServedBundle(found.archive, signing);
        if (!read.ok) {
          goneWrong(
            'policy_bundle_refused',
            `The bundle on disk is refused: ${read.problem}`,
            'It is asked for anew.',
          );
          return null;
        }
        accept(read.bundle, found.digest === read.bundle.digest ? found.etag : null, found.at);
        return read.bundle;
      } catch (error) {
        goneWrong(
          'policy_bundle_refused',
          `The bundle on disk can't be read: ${String(error)}`,
          'It is asked for anew.',
        );
        return null;
      }
    },

    start(taking) {
      take = taking;
      return once(false);
    },

    async check() {
      // What is under way was asked before whatever somebody now wants to see.
      await running;
      await once(true);
      return status();
    },

    status,

    async close() {
      closing.abort();
      clearTimeout(timer);
      await running;
      await downloads.close();
    },
  };
}
