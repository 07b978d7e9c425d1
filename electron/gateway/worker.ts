// Entry of the gateway's worker thread.
import { parentPort, workerData } from 'node:worker_threads';
import { createGateway } from './gateway.ts';
import { createLogger, standardStream } from './observability/logger.ts';
import { createEvaluationMark } from './supervision/evaluation-mark.ts';
import { serveHost } from './supervision/serve-host.ts';
import { threadPort } from './supervision/thread-port.ts';

if (parentPort === null) throw new Error('The gateway worker runs in a worker thread alone');
const { evaluations } = workerData as { readonly evaluations: SharedArrayBuffer };
const mark = createEvaluationMark(evaluations);
serveHost(
  threadPort(parentPort),
  (options, emit) => createGateway(options, emit, mark),
  createLogger({ level: 'info', format: 'json', output: standardStream('stderr') }),
);
