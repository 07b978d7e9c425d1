// Makes sure that one program alone writes the audit log and settings of a user-data folder.
import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface UserDataLock {
  close(): void;
}

/**
 * Takes a folder, making it where it is missing; null where another program has it. Throws where the folder can't
 * be made or written.
 *
 * The lock is SQLite's own lock on an empty file, because the operating system takes it back when its holder dies,
 * however it dies. A file with a process id in it would have to guess whether that process is still the same one.
 */
export function lockUserData(folder: string): UserDataLock | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = new Database(join(folder, 'gateway.lock'), { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return { close: () => file.close() };
}
