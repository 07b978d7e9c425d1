// Ends a question when a newer one of the same kind is asked by the same asker: nobody waits for stale answers.
import { setImmediate as otherWork } from 'node:timers/promises';
import { CommandError } from '../../../shared/rpc.ts';

export interface Lanes {
  /** Rejects with `superseded` once another one runs in this lane, or as `answer` rejects. */
  run<T>(kind: string, lane: string | undefined, answer: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** @param closing ends them all */
export function createLanes(closing: AbortSignal): Lanes {
  const running = new Map<string, AbortController>();
  return {
    async run(kind, lane, answer) {
      if (lane === undefined) return answer(closing);
      const key = `${kind} ${lane}`;
      running.get(key)?.abort(new CommandError('superseded', 'Something else was asked meanwhile'));
      const own = new AbortController();
      running.set(key, own);
      const signal = AbortSignal.any([own.signal, closing]);
      try {
        // Whatever is in the queue already may be newer than this.
        await otherWork();
        signal.throwIfAborted();
        return await answer(signal);
      } finally {
        if (running.get(key) === own) running.delete(key);
      }
    },
  };
}
