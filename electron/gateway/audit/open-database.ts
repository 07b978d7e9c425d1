// Opens the audit database's file with the settings on which the promise "committed before forwarded" rests.
import Database from 'better-sqlite3';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { auditError } from './audit-error.ts';
import { beginChain } from './begin-chain.ts';
import { migrate, requireCurrentSchema } from './migrations.ts';

/**
 * `normal` survives the end of the process at any moment; `full` also survives the loss of power, for one fsync a
 * commit (SQLite: PRAGMA synchronous, in WAL mode).
 */
export type Synchronous = 'normal' | 'full';

/**
 * How long a commit waits for another connection's lock, milliseconds. The audit worker holds it for a few, and for
 * some hundred when it catches up with a long burst on a slow disk. Beyond that the call is denied.
 */
export const lockPatienceMs = 2000;

/** After a burst the write-ahead file shrinks to this again, bytes. */
const keptWalBytes = 64 * 1024 * 1024;

/**
 * Opens the file for the one who writes the log: makes folder (0700) and file (0600) where they are missing, and
 * brings the schema up to date and has its chain begun.
 * @throws AuditError
 */
export function openForWriting(path: string, synchronous: Synchronous): Database.Database {
  return open(path, 'create', (database) => {
    migrate(database);
    beginChain(database);
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${synchronous}`);
    // A checkpoint takes up to 180 ms: never in the thread of the calls. The audit worker makes them.
    database.pragma('wal_autocheckpoint = 0');
    database.pragma(`journal_size_limit = ${keptWalBytes}`);
  });
}

/**
 * Makes an empty log whose chain has not begun, for records out of a damaged one: it begins over them with the first
 * opening.
 * @throws AuditError
 */
export function openForSalvage(path: string): Database.Database {
  return open(path, 'create', (database) => {
    migrate(database);
    database.pragma('synchronous = off');
  });
}

/**
 * Opens an existing log for queries, checkpoints and retention.
 * @throws AuditError
 */
export function openForUpkeep(path: string): Database.Database {
  return open(path, 'existing', (database) => {
    requireCurrentSchema(database);
    database.pragma('synchronous = normal');
    database.pragma('wal_autocheckpoint = 0');
  });
}

/**
 * Opens an existing log for somebody who only looks.
 * @throws AuditError
 */
export function openForReading(path: string): Database.Database {
  return open(path, 'existing', (database) => {
    requireCurrentSchema(database);
    database.pragma('query_only = true');
  });
}

function open(
  path: string,
  file: 'create' | 'existing',
  prepare: (database: Database.Database) => void,
): Database.Database {
  try {
    if (file === 'create') createPrivately(path);
    const database = new Database(path, { timeout: lockPatienceMs, fileMustExist: true });
    try {
      prepare(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw auditError(path, error);
  }
}

/**
 * SQLite gives the -wal and -shm files the mode of the database. An existing file is not opened here: closing any
 * descriptor of a database drops the locks that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
 */
function createPrivately(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'wx', 0o600));
}
