// Entry of the thread that starts OPA, so that no thread with calls to decide stands still for it.
import { parentPort } from 'node:worker_threads';
import type { RunAnswer, RunRequest } from './opa-runner-contract.ts';
import { runOpa } from './opa.ts';

if (parentPort === null) throw new Error('OPA is run in a worker thread alone');
const port = parentPort;

async function answer({ id, path, args, cwd }: RunRequest): Promise<RunAnswer> {
  try {
    return { id, ran: await runOpa(path, args, cwd) };
  } catch (error) {
    return { id, failed: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (request: RunRequest) => void answer(request).then((news) => port.postMessage(news)));
