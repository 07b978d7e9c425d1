// A log that answers as the real one does.
import type { CallPage, CallQuery, CallSummary } from '../../electron/shared/domain.ts';
import { sampleCall } from '../samples.ts';

export interface SampleLog {
  /** Oldest first. */
  readonly calls: CallSummary[];
  page(query: CallQuery): CallPage;
  /** Writes some more calls and returns the newest id. */
  grow(by: number, change?: Partial<CallSummary>): number;
}

export function sampleLog(length: number): SampleLog {
  const calls: CallSummary[] = [];
  const log: SampleLog = {
    calls,
    page({ before = Infinity, after = 0, verdict, text, limit = 100 }) {
      const found = calls
        .filter(({ id }) => id < before && id > after)
        .filter((call) => verdict === undefined || call.verdict === verdict)
        .filter((call) => text === undefined || (call.tool ?? '').includes(text))
        .reverse();
      return { calls: found.slice(0, limit), more: found.length > limit };
    },
    grow(by, change) {
      for (let count = 0; count < by; count += 1) calls.push(sampleCall(calls.length + 1, change));
      return calls.length;
    },
  };
  log.grow(length);
  return log;
}
