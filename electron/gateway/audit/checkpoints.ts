// Moves committed records from the write-ahead file into the database, away from the thread of the calls.
import type { Database } from 'better-sqlite3';
import type { Logger } from '../ports.ts';

/** When something is done about the write-ahead file. Frames are pages in it. */
export interface CheckpointLimits {
  /** How often it is looked at, milliseconds. */
  readonly lookEveryMs: number;
  /** So many frames are worth a checkpoint; fewer wait for `restMs`, to spare the disk. */
  readonly worthwhileFrames: number;
  readonly restMs: number;
  /**
   * From here on a checkpoint makes the writer wait for its last frames. PASSIVE ones never do; but under a load
   * without a pause they never catch up either, and the file would grow for ever.
   */
  readonly tooManyFrames: number;
  /** How few frames should be left for that, to keep the wait short. */
  readonly lastFrames: number;
}

const limitsInUse: CheckpointLimits = {
  lookEveryMs: 500,
  worthwhileFrames: 1000,
  restMs: 30_000,
  tooManyFrames: 32_000,
  lastFrames: 500,
};

/** How long other programs' readers are waited for while the writer waits too, milliseconds. */
const readerPatienceMs = 20;

interface WalState {
  /** 1 where a lock was in the way. */
  readonly busy: number;
  /** Frames in the file, and how many of them are in the database. */
  readonly log: number;
  readonly checkpointed: number;
}

/** Starts looking after the write-ahead file of this connection's database. */
export function startCheckpoints(
  database: Database,
  logger: Logger,
  limits: CheckpointLimits = limitsInUse,
): { close(): void } {
  let last = performance.now();
  let heldByReader = false;

  const timer = setInterval(() => {
    try {
      const { log, checkpointed } = checkpoint(database, 'NOOP');
      const open = log - checkpointed;
      const now = performance.now();
      if (open === 0 || (open < limits.worthwhileFrames && now - last < limits.restMs)) return;
      last = now;
      follow(log);
    } catch (error) {
      // A full disk, most of all: nothing is lost, it stays in the write-ahead file until there is space again.
      logger.error('audit.checkpoint_failed', { error: String(error) });
    }
  }, limits.lookEveryMs);

  /** The writer starts the file anew when it finds all of it checkpointed. */
  function follow(frames: number): void {
    let goal = frames;
    let leftBefore = Infinity;
    for (;;) {
      const { log, checkpointed } = checkpoint(database, 'PASSIVE');
      const left = log - checkpointed;
      if (left === 0 || log < limits.tooManyFrames) return;
      if (checkpointed < goal) {
        // Another program reads what was there before. To wait for it would make the calls wait.
        if (!heldByReader) logger.warn('audit.wal_held_by_reader', { frames: log });
        heldByReader = true;
        return;
      }
      heldByReader = false;
      // Either little is left, or the writer is faster than the disk, and has to wait for it.
      if (left <= limits.lastFrames || left > leftBefore / 2) break;
      leftBefore = left;
      goal = log;
    }
    finish();
  }

  function finish(): void {
    const patience = database.pragma('busy_timeout', { simple: true }) as number;
    database.pragma(`busy_timeout = ${readerPatienceMs}`);
    try {
      checkpoint(database, 'FULL');
    } finally {
      database.pragma(`busy_timeout = ${patience}`);
    }
  }

  return { close: () => clearInterval(timer) };
}

/** NOOP only counts (SQLite 3.51 and later). */
function checkpoint(database: Database, mode: 'NOOP' | 'PASSIVE' | 'FULL'): WalState {
  const [state] = database.pragma(`wal_checkpoint(${mode})`) as WalState[];
  if (state === undefined) throw new Error('PRAGMA wal_checkpoint answered nothing');
  return state;
}
