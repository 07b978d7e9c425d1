// The end in good order: calls that run may finish, and no new ones begin.
import type { Call } from '../call.ts';
import { errors, type Refusal } from '../errors.ts';
import type { CallLog } from '../ports.ts';
import type { VerdictPath } from '../verdict-path.ts';

export interface Drain {
  /** The log, from which is known which calls are at their servers. */
  readonly log: CallLog;
  /** The path, closed to new requests while it drains. What belongs to running ones passes: notifications, answers. */
  path(passDown: VerdictPath): VerdictPath;
  /** No new ones begin. */
  readonly isDraining: boolean;
  /** From now on requests are refused. Resolves when none runs any more, or after `ms` milliseconds. */
  begin(ms: number): Promise<void>;
}

/** @param lasting methods whose requests do not end by themselves: nothing waits for those */
export function createDrain(log: CallLog, lasting: ReadonlySet<string>): Drain {
  const refusal: Refusal = { error: 'stopping' };
  let undecided = 0;
  /** The records of requests that are at their servers. */
  const forwarded = new Set<number>();
  let draining = false;
  let onIdle: () => void = () => undefined;

  function ended(): void {
    if (undecided === 0 && forwarded.size === 0) onIdle();
  }

  function refuse({ requestId, at, session, server, method, tool, sourceIp }: Call): Refusal {
    const { code: errorCode, message: errorMessage } = errors.stopping;
    log.refused({
      requestId,
      at,
      sessionId: session.id,
      server,
      method,
      ...(tool === null ? {} : { tool }),
      reason: 'session',
      errorCode,
      errorMessage,
      sourceIp,
    });
    return refusal;
  }

  return {
    log: {
      async record(call, verdict, refused) {
        const id = await log.record(call, verdict, refused);
        const { message, method } = call;
        if (refused === null && verdict.allow && message.kind === 'request' && !lasting.has(method))
          forwarded.add(id);
        return id;
      },
      refused: (message) => log.refused(message),
      complete(id, outcome) {
        log.complete(id, outcome);
        if (forwarded.delete(id)) ended();
      },
      note: (event) => log.note(event),
      close: () => log.close(),
    },
    path: (passDown) => async (call, withdrawn, forward, client) => {
      if (call.message.kind !== 'request') return passDown(call, withdrawn, forward, client);
      if (draining) return refuse(call);
      undecided += 1;
      try {
        return await passDown(call, withdrawn, forward, client);
      } finally {
        undecided -= 1;
        ended();
      }
    },
    get isDraining() {
      return draining;
    },
    begin(ms) {
      draining = true;
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
        ended();
      });
    },
  };
}
