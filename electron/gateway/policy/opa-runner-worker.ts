// Entry of the thread that starts OPA, so that no thread with calls to decide stands still for it.
import { parentPort } from 'node:worker_threads';
import { explainDecision } from './opa-explain.ts';
import type { OpaAnswer, OpaRequest, OpaResults, OpaTask } from './opa-runner-contract.ts';
import { opaAt, runOpa } from './opa.ts';

if (parentPort === null) throw new Error('OPA is run in a worker thread alone');
const port = parentPort;

function perform(task: OpaTask): Promise<OpaResults[OpaTask['kind']]> {
  switch (task.kind) {
    case 'run':
      return runOpa(task.path, task.args, task.cwd);
    case 'explain':
      return explainDecision(opaAt(task.path), task.task);
  }
}

async function answer({ id, task }: OpaRequest): Promise<OpaAnswer> {
  try {
    return { id, result: await perform(task) };
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (request: OpaRequest) => void answer(request).then((news) => port.postMessage(news)));
