// Which calls run in which traces, so that a log line about one of them says both: `traceId` beside `requestId`.
import type { Call, CallTrace } from '../call.ts';
import type { Logger } from '../ports.ts';

export interface RunningTraces {
  /** A call has another id, too, once a person has changed it. */
  begun(requestId: Call['requestId'], trace: CallTrace): void;
  over(trace: CallTrace): void;
  logger(logger: Logger): Logger;
}

export function createRunningTraces(): RunningTraces {
  const traces = new Map<string, CallTrace>();
  const requestIds = new Map<CallTrace, string[]>();

  const withTrace = (fields: Record<string, unknown> = {}): Record<string, unknown> => {
    const { requestId } = fields;
    const trace = typeof requestId === 'string' ? traces.get(requestId) : undefined;
    return trace === undefined ? fields : { ...fields, traceId: trace.traceId };
  };

  return {
    begun(requestId, trace) {
      if (traces.has(requestId)) return;
      traces.set(requestId, trace);
      requestIds.set(trace, [...(requestIds.get(trace) ?? []), requestId]);
    },
    over(trace) {
      for (const requestId of requestIds.get(trace) ?? []) traces.delete(requestId);
      requestIds.delete(trace);
    },
    logger: (logger) => ({
      debug: (event, fields) => logger.debug(event, withTrace(fields)),
      info: (event, fields) => logger.info(event, withTrace(fields)),
      warn: (event, fields) => logger.warn(event, withTrace(fields)),
      error: (event, fields) => logger.error(event, withTrace(fields)),
    }),
  };
}
