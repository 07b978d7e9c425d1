// Entry of the thread of one export: it only reads the log, and ends with the file that it was started for.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../open-database.ts';
import type { ExportNews, ExportWork, Seal } from './export-news.ts';
import { runExport } from './export-run.ts';

if (parentPort === null) throw new Error('An export runs in a worker thread alone');
const port = parentPort;
const work = workerData as ExportWork;
const tell = (news: ExportNews) => port.postMessage(news);
const database = openForReading(work.log);
try {
  await runExport(database, work, tell, async (digest) => {
    const answer = once(port, 'message');
    tell({ kind: 'sealing', digest });
    const [seal] = (await answer) as [Seal];
    return seal;
  });
} finally {
  database.close();
  port.close();
}
