// Keeps a flood of refused messages from filling the log: beyond a rate they are counted, and the count is recorded.
import type { Problem } from '../../shared/domain.ts';
import type { Clock, CallWriter, RefusedMessage } from '../ports.ts';

/** Refused messages from one source that have a record of their own, in one window. */
const recordedEach = 200;
const windowMs = 1000;

interface Flood {
  readonly from: number;
  recorded: number;
  readonly reasons: Record<string, number>;
  readonly timer: NodeJS.Timeout;
}

/** A log that may say what is wrong with it. */
type Log = CallWriter & { readonly trouble?: Problem | null };

/**
 * Only messages that never became calls: nothing of them was forwarded, and each still counts as refused. A process that
 * is killed loses the count of the window that is open.
 * @param onLost told where a count can't be written
 */
export function boundRefusals(log: Log, clock: Clock, onLost: (error: unknown) => void): Log {
  const floods = new Map<string, Flood>();

  function end(source: string): void {
    const flood = floods.get(source);
    if (flood === undefined) return;
    floods.delete(source);
    clearTimeout(flood.timer);
    const { from, reasons } = flood;
    const count = Object.values(reasons).reduce((sum, n) => sum + n, 0);
    if (count === 0) return;
    const details = { count, from, to: clock.now(), reasons };
    log.note({ kind: 'refusals.counted', by: 'app', subject: source, details }).catch(onLost);
  }

  function floodOf(source: string): Flood {
    const known = floods.get(source);
    if (known !== undefined) return known;
    const timer = setTimeout(() => end(source), windowMs);
    const flood: Flood = { from: clock.now(), recorded: 0, reasons: {}, timer };
    floods.set(source, flood);
    return flood;
  }

  return {
    record: (call, verdict, refusal) => log.record(call, verdict, refusal),
    complete: (id, outcome) => log.complete(id, outcome),
    note: (event) => log.note(event),
    get trouble() {
      return log.trouble ?? null;
    },
    refused(message: RefusedMessage) {
      // There was a call, and it ended the gateway.
      if (message.reason === 'runaway') return log.refused(message);
      const flood = floodOf(message.sourceIp);
      if (flood.recorded < recordedEach) {
        flood.recorded += 1;
        return log.refused(message);
      }
      flood.reasons[message.reason] = (flood.reasons[message.reason] ?? 0) + 1;
      return 0;
    },
    close() {
      for (const source of [...floods.keys()]) end(source);
      return log.close();
    },
  };
}
