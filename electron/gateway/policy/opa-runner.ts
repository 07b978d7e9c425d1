// Runs OPA from a thread of its own: a thread that starts a program stands still until that runs.
import { Worker } from 'node:worker_threads';
import type { Closable } from '../ports.ts';
import type { explainDecision } from './opa-explain.ts';
import type { OpaAnswer, OpaRequest, OpaResults, OpaTask } from './opa-runner-contract.ts';
import type { runOpa } from './opa.ts';

export interface OpaRunner extends Closable {
  /** As `runOpa`; rejects also where the runner is closed meanwhile. */
  readonly run: typeof runOpa;
  /** As `explainDecision`; rejects also where the runner is closed meanwhile. */
  readonly explain: typeof explainDecision;
}

/** The thread stays for so long without anything to do, milliseconds: whoever edits a policy asks again and again. */
const idleMs = 60_000;

interface Waiting {
  readonly resolve: (result: OpaResults[keyof OpaResults]) => void;
  readonly reject: (error: Error) => void;
}

/** @param entry the compiled opa-runner-worker.ts */
export function createOpaRunner(entry: URL): OpaRunner {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let lastId = 0;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(entry, { name: 'opa-runner', stdout: true });
    started.unref();
    started.on('message', (answer: OpaAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('result' in answer) asked?.resolve(answer.result);
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

  function ask<K extends OpaTask['kind']>(task: OpaTask & { readonly kind: K }): Promise<OpaResults[K]> {
    if (closed) return Promise.reject(new Error('OPA could not be run: the proxy ends'));
    clearTimeout(idle);
    worker ??= start();
    lastId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<OpaResults[K]>();
    // The thread answers each task with its own kind of result.
    waiting.set(lastId, { resolve: (result) => resolve(result as OpaResults[K]), reject });
    worker.postMessage({ id: lastId, task } satisfies OpaRequest);
    return promise;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ending = worker;
    worker = null;
    failAll('the proxy ends');
    await ending?.terminate();
  }

  return {
    run: (path, args, cwd) => ask<'run'>({ kind: 'run', path, args, cwd }),
    explain: ({ path }, task) => ask<'explain'>({ kind: 'explain', path, task }),
    async close() {
      closed = true;
      await end();
    },
  };
}
