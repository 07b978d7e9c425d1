// The audit log with its counts: tells how much was written, and says so when it can't be written any more.
import type { Problem } from '../../shared/domain.ts';
import type { CallLog, CallWriter, Logger } from '../ports.ts';

export interface LogTotals {
  readonly calls: number;
  readonly denied: number;
  readonly asked: number;
}

export interface ReportedLog extends CallLog {
  readonly totals: LogTotals;
  readonly newestId: number;
  /** Set while the last write failed. */
  readonly problem: Problem | null;
}

/**
 * `record` still rejects: no call goes on without its record. For what was refused or has been forwarded
 * already, a failed write changes nothing for the caller, and is reported alone.
 */
export function reportWrites(
  log: CallWriter & { readonly trouble?: Problem | null },
  logger: Logger,
  onWrite: (newestId: number) => void,
): ReportedLog {
  const totals = { calls: 0, denied: 0, asked: 0 };
  let newestId = 0;
  let problem: Problem | null = null;

  const written = (id: number, forwarded: boolean, waitedMs: number | null) => {
    newestId = Math.max(newestId, id);
    totals.calls += 1;
    if (!forwarded) totals.denied += 1;
    if (waitedMs !== null) totals.asked += 1;
    problem = null;
    onWrite(newestId);
    return id;
  };
  const failed = (event: string, error: unknown) => {
    problem = {
      code: 'audit_write',
      message: `The audit log can't be written: ${error instanceof Error ? error.message : String(error)}`,
      remedy:
        'Calls are denied until it can be. Check the free space and the rights of the folder it lies in.',
    };
    logger.error(event, { error: String(error) });
    onWrite(newestId);
  };

  return {
    get totals() {
      return { ...totals };
    },
    get newestId() {
      return newestId;
    },
    get problem() {
      return log.trouble ?? problem;
    },
    async record(call, verdict, refusal) {
      try {
        return written(await log.record(call, verdict, refusal), refusal === null, verdict.waitedMs);
      } catch (error) {
        failed('audit_record_failed', error);
        throw error;
      }
    },
    refused(message) {
      try {
        return written(log.refused(message), false, null);
      } catch (error) {
        failed('audit_refusal_failed', error);
        return 0;
      }
    },
    complete(id, outcome) {
      log.complete(id, outcome).then(
        () => onWrite(newestId),
        (error: unknown) => failed('audit_outcome_failed', error),
      );
    },
    note(event) {
      log.note(event).catch((error: unknown) => failed('audit_event_failed', error));
    },
    close: () => log.close(),
  };
}
