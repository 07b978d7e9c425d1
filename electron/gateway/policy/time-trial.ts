// Tries a new policy in a thread of its own, under a time limit, before it decides anything.
import { Worker } from 'node:worker_threads';
import type { JudgedCall, Surroundings } from '../call.ts';
import { buildInput } from './input.ts';
import type { LoadedPolicy } from './load.ts';
import type { TrialNews, TrialTask } from './time-trial-contract.ts';

export interface TrialOptions extends Surroundings {
  /** The compiled time-trial-worker.ts. */
  readonly worker: URL;
  /** What one evaluation may take, milliseconds. */
  readonly timeoutMs: number;
  readonly strictBuiltinErrors: boolean;
  readonly probes: readonly JudgedCall[];
}

/** Silence after which the thread counts as lost: it may be the machine that is slow, and not the policy. */
const patienceMs = 1000;
/** How long it may take until the thread runs. */
const startMs = 10_000;

/** Null where the policy answered each probe in time; otherwise what it took too long over, in words. */
export function tryPolicy(policy: LoadedPolicy, options: TrialOptions): Promise<string | null> {
  const { probes, timeoutMs, strictBuiltinErrors } = options;
  const { module, data, question, project } = policy;
  const task: TrialTask = {
    module,
    data,
    strictBuiltinErrors,
    entrypoints: [question.entrypoint, ...(question.listed === null ? [] : [question.listed])],
    inputs: probes.map((call) => project(buildInput(call, options))),
    nowMs: probes[0]?.at ?? 0,
  };
  const nameOf = (input: number) => {
    const { method = '', tool = null } = probes[input] ?? {};
    return tool === null ? method : `${method} of ${tool}`;
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(options.worker, { name: 'policy-trial', workerData: task, stdout: true });
    let at = 0;
    const lost = () => {
      const limit = Math.max(patienceMs, timeoutMs) / 1000;
      end(() => resolve(`it did not decide ${nameOf(at)} within ${limit} s`));
    };
    let timer = setTimeout(lost, startMs);

    function end(settle: () => void): void {
      clearTimeout(timer);
      // Whatever it says from here on comes too late to matter.
      worker.removeAllListeners('exit');
      worker.terminate().then(settle, reject);
    }

    worker.on('message', (news: TrialNews) => {
      clearTimeout(timer);
      if (news.kind === 'done') {
        end(() => resolve(null));
        return;
      }
      if (news.kind === 'took' && news.ms > timeoutMs) {
        const why = `it takes ${news.ms.toFixed(0)} ms to decide ${nameOf(news.input)}, where ${timeoutMs} ms are allowed`;
        end(() => resolve(why));
        return;
      }
      at = news.input;
      timer = setTimeout(lost, Math.max(patienceMs, timeoutMs));
    });
    worker.on('error', (error: unknown) =>
      end(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
    worker.on('exit', (code) => end(() => reject(new Error(`The trial ended with code ${code}`))));
  });
}
