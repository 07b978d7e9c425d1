// A thread that does nothing but look after the write-ahead file, with limits that a short test can reach.
import { parentPort, workerData } from 'node:worker_threads';
import { startCheckpoints } from '../../../../electron/gateway/audit/checkpoints.ts';
import { openForUpkeep } from '../../../../electron/gateway/audit/open-database.ts';
import { recordingLogger } from './samples.ts';

const { path } = workerData as { path: string };
const logger = recordingLogger();
startCheckpoints(openForUpkeep(path), logger, {
  lookEveryMs: 20,
  worthwhileFrames: 100,
  restMs: 30_000,
  tooManyFrames: 1000,
  lastFrames: 50,
});
parentPort?.on('message', () => parentPort?.postMessage(logger.events));
