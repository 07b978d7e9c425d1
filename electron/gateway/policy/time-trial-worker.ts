// Entry of the thread in which a new policy is tried. It may never come back: whoever started it ends it.
import { parentPort, workerData } from 'node:worker_threads';
import type { TrialNews, TrialTask } from './time-trial-contract.ts';
import { instantiatePolicy, type WasmPolicy } from './wasm-policy.ts';

/** Of so many evaluations the fastest counts: the first ones still wait for V8 to compile them. */
const tries = 3;

if (parentPort === null) throw new Error('Policies are tried in a worker thread alone');
const port = parentPort;
const tell = (news: TrialNews) => port.postMessage(news);
const task = workerData as TrialTask;

/** Processor time of this thread, so that a busy machine makes no policy slow. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

let instance: WasmPolicy | null = null;

function evaluate(entrypoint: string, input: object): void {
  const { module, data, nowMs, strictBuiltinErrors } = task;
  try {
    instance ??= instantiatePolicy(module, data, { strictBuiltinErrors });
    instance.evaluate(entrypoint, input, nowMs);
  } catch {
    // What fails is a denial in force. Here only the time counts.
    instance = null;
  }
}

for (const [index, input] of task.inputs.entries()) {
  tell({ kind: 'begun', input: index });
  let least = Number.POSITIVE_INFINITY;
  for (let left = tries; left > 0 && least > 1; left -= 1) {
    const begun = spentMs();
    for (const entrypoint of task.entrypoints) evaluate(entrypoint, input);
    least = Math.min(least, spentMs() - begun);
  }
  tell({ kind: 'took', input: index, ms: least / task.entrypoints.length });
}
tell({ kind: 'done' });
