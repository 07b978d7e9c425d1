// Entry of a thread for one piece of work on the log: it only reads there, and ends with what it was started for.
import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../audit/open-database.ts';
import { runLearn } from './learn-run.ts';
import type { LearnTask, ReplayTask } from './replay-news.ts';
import { runReplay } from './replay-run.ts';

if (parentPort === null) throw new Error('A replay runs in a worker thread alone');
const port = parentPort;
const task = workerData as ReplayTask | LearnTask;
const database = openForReading(task.database);
try {
  if (task.kind === 'replay') runReplay(database, task, (news) => port.postMessage(news));
  else runLearn(database, task, (news) => port.postMessage(news));
} finally {
  database.close();
}
