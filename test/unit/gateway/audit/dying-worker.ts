// The audit worker, with a way to make it die in the middle of a query.
import { parentPort } from 'node:worker_threads';
import '../../../../electron/gateway/audit/audit-worker.ts';

parentPort?.on('message', (frame: { name?: string; input?: { filter?: { text?: string } } }) => {
  if (frame.name === 'calls.search' && frame.input?.filter?.text === 'die') throw new Error('told to die');
});
