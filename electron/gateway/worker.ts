// Entry of the gateway's worker thread.
import { parentPort } from 'node:worker_threads';
import { createGateway } from './gateway.ts';
import { createLogger } from './observability/logger.ts';
import { serveHost } from './supervision/serve-host.ts';
import { threadPort } from './supervision/thread-port.ts';

if (parentPort === null) throw new Error('The gateway worker runs in a worker thread alone');
serveHost(threadPort(parentPort), createGateway, createLogger({ level: 'info', format: 'json' }));
