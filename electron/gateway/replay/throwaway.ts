// A thread for one piece of work, which is ended where it falls silent.
import { Worker } from 'node:worker_threads';

export interface Throwaway {
  /** Resolves once the thread is gone: to null where it ended by itself without a fault, else to why, for people. */
  readonly over: Promise<string | null>;
  /** Ends it whatever it does. */
  end(): void;
}

export interface ThrowawayOptions {
  /** The compiled entry. */
  readonly worker: URL | string;
  readonly name: string;
  /** A structured clone of it is the thread's `workerData`. */
  readonly task: object;
  /** Longest time from one message to the next, and to the first, milliseconds. */
  readonly silenceMs: number;
  readonly onMessage: (message: unknown) => void;
}

export function startThrowaway({ worker, name, task, silenceMs, onMessage }: ThrowawayOptions): Throwaway {
  // Standard output belongs to the ready line: what a policy prints does not go there.
  const thread = new Worker(worker, { name, workerData: task, stdout: true });
  let why: string | null = null;
  const silence = setTimeout(() => {
    why = `it did not get on for ${silenceMs / 1000} s`;
    void thread.terminate();
  }, silenceMs);
  thread.on('message', (message) => {
    silence.refresh();
    onMessage(message);
  });
  thread.on('error', (error) => (why = error instanceof Error ? error.message : String(error)));
  const over = new Promise<string | null>((resolve) => {
    thread.on('exit', () => {
      clearTimeout(silence);
      resolve(why);
    });
  });
  return {
    over,
    end() {
      why ??= 'it was ended';
      void thread.terminate();
    },
  };
}
