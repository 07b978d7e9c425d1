// Exports, one at a time: each in a thread of its own, into a file that has its name once it is whole.
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AuditExport, ExportTask } from '../../../shared/audit-export.ts';
import type { AuditProof } from '../../../shared/audit-proof.ts';
import type { Logger } from '../../ports.ts';
import type { ExportNews, ExportWork, Seal } from './export-news.ts';

export interface ExportsOptions {
  /** Absolute path of the log. */
  readonly log: string;
  /** The compiled export-worker.ts. */
  readonly worker: URL | string;
  /** Has the newest records signed; gives their last number, and who signed. */
  readonly signAll: () => Promise<{ readonly through: number; readonly key: AuditProof['key'] }>;
  readonly seal: (digest: string) => Promise<Seal>;
  readonly onChange: (change: AuditExport) => void;
  /** An export is whole: so many calls stand in this file. */
  readonly onDone: (done: AuditExport) => void;
  readonly logger: Logger;
}

export interface Exports {
  /** Begins one; one that still runs is cancelled. */
  start(task: ExportTask): Promise<AuditExport>;
  /** Null where there was none yet. */
  last(): AuditExport | null;
  /** False where that one is over. */
  cancel(id: number): boolean;
  /** Ends the one that runs: the log's file is about to change places. Resolves once nothing reads it. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

interface Run {
  state: AuditExport;
  readonly draft: string;
  readonly begun: number;
  thread: Worker | null;
  over: Promise<void>;
}

export function createExports(options: ExportsOptions): Exports {
  const { log, worker, signAll, seal, onChange, onDone, logger } = options;
  let run: Run | null = null;
  let lastId = 0;

  function update(current: Run, change: Partial<AuditExport>): void {
    current.state = { ...current.state, ...change, elapsedMs: performance.now() - current.begun };
    if (current === run) onChange(current.state);
  }

  const isOver = ({ state }: Run) => state.state !== 'running';

  /** False where it was over. What is left of it is taken away once its thread has ended. */
  function stop(current: Run | null, change: Pick<AuditExport, 'state' | 'problem'>): boolean {
    if (current === null || isOver(current)) return false;
    update(current, change);
    void current.thread?.terminate();
    return true;
  }

  async function go(current: Run, path: string, { file, ...task }: ExportTask): Promise<void> {
    try {
      const { through, key } = await signAll();
      if (isOver(current)) return;
      const at = Date.now();
      const { draft } = current;
      await inThread(current, { ...task, log: path, draft, through, publicKey: key?.publicKey ?? null, at });
      if (isOver(current)) return;
      const { size: bytes } = statSync(draft);
      renameSync(draft, file);
      update(current, { state: 'done', bytes });
      onDone(current.state);
    } catch (error) {
      if (isOver(current)) return;
      logger.warn('audit.export_failed', { error: String(error) });
      update(current, { state: 'failed', problem: inWords(error) });
    } finally {
      // After a rename there is nothing.
      rmSync(current.draft, { force: true });
    }
  }

  /** Rejects where the thread ends without having written all. */
  function inThread(current: Run, work: ExportWork): Promise<null> {
    const thread = new Worker(worker, { name: 'audit-export', workerData: work, stdout: true });
    current.thread = thread;
    const { promise, resolve, reject } = Promise.withResolvers<null>();
    let done = false;
    let why = new Error('The export ended before it was whole.');
    thread.on('error', (error) => (why = error instanceof Error ? error : new Error(String(error))));
    thread.on('exit', () => (done ? resolve(null) : reject(why)));
    thread.on('message', (message) => {
      const news = message as ExportNews;
      switch (news.kind) {
        case 'progress':
          if (!isOver(current)) update(current, { written: news.written, total: news.total });
          break;
        case 'sealing':
          void sealed(current, news.digest).then((signature) => thread.postMessage(signature));
          break;
        case 'done':
          done = true;
          if (!isOver(current)) update(current, { written: news.written });
      }
    });
    return promise;
  }

  async function sealed(current: Run, digest: string): Promise<Seal> {
    try {
      const signature = await seal(digest);
      if (!isOver(current)) update(current, { signed: signature !== null });
      return signature;
    } catch (error) {
      // The file then says that it is not signed.
      logger.warn('audit.export_unsigned', { error: String(error) });
      return null;
    }
  }

  async function end(why: string): Promise<void> {
    stop(run, { state: 'failed', problem: why });
    await run?.over;
  }

  return {
    async start(task) {
      stop(run, { state: 'cancelled', problem: null });
      await run?.over;
      lastId += 1;
      const { file, format, proof } = task;
      const current: Run = {
        state: begin(lastId, { file, format, proof }),
        draft: join(dirname(file), `.${basename(file)}.${randomUUID().slice(0, 8)}.part`),
        begun: performance.now(),
        thread: null,
        over: Promise.resolve(),
      };
      run = current;
      current.over = go(current, log, task);
      return current.state;
    },
    last: () => run?.state ?? null,
    cancel: (id) => run?.state.id === id && stop(run, { state: 'cancelled', problem: null }),
    pause: () => end('The audit log was put aside meanwhile; export it again.'),
    close: () => end('The proxy was stopped.'),
  };
}

/** What keeps a file from being written that somebody can do something about. */
const known: readonly (readonly [RegExp, string])[] = [
  [/ENOSPC|EDQUOT|disk is full/u, 'The disk is full: free some space, or choose another place.'],
  [/EACCES|EPERM|EROFS|readonly/u, 'Nothing can be written there: choose another place.'],
  [/ENOENT|ENOTDIR/u, 'The folder is not there any more: choose another place.'],
];

function inWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const words = known.find(([form]) => form.test(message))?.[1];
  return words === undefined ? message : `${words} Nothing is left of it. (${message})`;
}

function begin(id: number, of: Pick<AuditExport, 'file' | 'format' | 'proof'>): AuditExport {
  return {
    id,
    state: 'running',
    ...of,
    written: 0,
    total: null,
    bytes: 0,
    signed: false,
    elapsedMs: 0,
    problem: null,
  };
}
