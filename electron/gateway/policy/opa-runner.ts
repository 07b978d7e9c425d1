// Runs OPA from a thread of its own: a thread that starts a program stands still until that runs.
import { Worker } from 'node:worker_threads';
import type { Closable } from '../ports.ts';
import type { RunAnswer, RunRequest } from './opa-runner-contract.ts';
import type { OpaRun, runOpa } from './opa.ts';

export interface OpaRunner extends Closable {
  /** Rejects also where the runner is closed meanwhile. */
  readonly run: typeof runOpa;
}

/** The thread stays for so long without anything to do, milliseconds: whoever edits a policy asks again and again. */
const idleMs = 60_000;

/** @param entry the compiled opa-runner-worker.ts */
export function createOpaRunner(entry: URL): OpaRunner {
  const waiting = new Map<number, PromiseWithResolvers<OpaRun>>();
  let worker: Worker | null = null;
  let lastId = 0;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(entry, { name: 'opa-runner', stdout: true });
    started.unref();
    started.on('message', (answer: RunAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('ran' in answer) asked?.resolve(answer.ran);
      else asked?.reject(new Error(answer.failed));
      if (waiting.size === 0) idle = setTimeout(() => void end(), idleMs).unref();
    });
    started.on('error', (error: unknown) => failAll(String(error)));
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      failAll('its thread ended');
    });
    return started;
  }

  function failAll(why: string): void {
    for (const asked of waiting.values()) asked.reject(new Error(`OPA could not be run: ${why}`));
    waiting.clear();
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ending = worker;
    worker = null;
    failAll('the proxy ends');
    await ending?.terminate();
  }

  return {
    run(path, args, cwd) {
      if (closed) return Promise.reject(new Error('OPA could not be run: the proxy ends'));
      clearTimeout(idle);
      worker ??= start();
      lastId += 1;
      const asked = Promise.withResolvers<OpaRun>();
      waiting.set(lastId, asked);
      worker.postMessage({ id: lastId, path, args, cwd } satisfies RunRequest);
      return asked.promise;
    },
    async close() {
      closed = true;
      await end();
    },
  };
}
