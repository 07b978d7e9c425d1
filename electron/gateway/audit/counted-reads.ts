// Records that somebody reads the log over the network: at once, and then added up, so that who asks each second what is new
// does not fill the log with having asked.
import type { CallLog, Clock } from '../ports.ts';

const windowMs = 3_600_000;

export interface CountedReads {
  /** So many calls went out in one answer. */
  add(calls: number): void;
  /** Records what was not recorded yet. */
  close(): void;
}

/**
 * The first reading has an event of its own; those of the hour after it have one together, and so on while there are any. A
 * process that is killed loses the count of the hour that is open.
 */
export function countReads(log: Pick<CallLog, 'note'>, clock: Clock): CountedReads {
  let open: NodeJS.Timeout | undefined;
  let from = 0;
  let requests = 0;
  let records = 0;

  function tell(): void {
    const details = { requests, records, from, to: clock.now() };
    requests = 0;
    records = 0;
    log.note({ kind: 'log.read', by: 'person', subject: 'api', details });
  }

  function begin(): void {
    open = setTimeout(() => {
      open = undefined;
      if (requests === 0) return;
      tell();
      begin();
    }, windowMs);
    open.unref();
  }

  return {
    add(calls) {
      if (requests === 0) from = clock.now();
      requests += 1;
      records += calls;
      if (open !== undefined) return;
      tell();
      begin();
    },
    close() {
      clearTimeout(open);
      if (requests > 0) tell();
    },
  };
}
