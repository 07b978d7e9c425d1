// Takes what can be read out of a damaged log, and puts the damaged file aside: it is never written to, nor deleted.
import Database from 'better-sqlite3';
import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { setImmediate as otherWork } from 'node:timers/promises';
import { auditError } from './audit-error.ts';
import { chainedColumns } from './chain.ts';
import { chainedTables } from './chained-rows.ts';
import { openForSalvage } from './open-database.ts';
import { firstDamaged, writeWholeFrames } from './write-ahead-file.ts';

export interface Salvaged {
  /** Where the damaged file lies now. */
  readonly aside: string;
  /** How many calls were saved. */
  readonly calls: number;
}

/** Events by which the old chain is followed. The new one begins anew, over all that was saved. */
const ofTheOldChain = ['chain.begun', 'log.trimmed', 'log.cut', 'key.created'];

interface SavedTable {
  readonly table: string;
  readonly key: string;
  readonly columns: readonly string[];
}

/** What of a log is saved. Its signatures are not: they are those of the old chain. */
const savedTables = chainedTables.map(({ kind, table, key }): SavedTable => ({
  table,
  key,
  columns: [key, ...chainedColumns[kind]],
}));

const rowsAtOnce = 200;
/** Where no end can be read, so many numbers without a record are taken for it. */
const emptyAtEnd = 20_000;

/**
 * Nothing else may use the log meanwhile. Its place is empty, or has the damaged file, until the new one is whole; see
 * `finishSalvage`. Other work goes on between the pieces.
 * @throws AuditError where the new file can't be written; then the damaged one is where it was.
 */
export async function salvage(path: string): Promise<Salvaged> {
  const draft = draftOf(path);
  removeDatabase(draft);
  try {
    const calls = await copyReadable(readablePlace(path), draft);
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/gu, '-')}`;
    moveDatabase(path, aside);
    renameSync(draft, path);
    return { aside, calls };
  } catch (error) {
    if (existsSync(path)) removeDatabase(draft);
    throw auditError(path, error);
  } finally {
    removeDatabase(mendedOf(path));
  }
}

/**
 * Where SQLite reads all of a log that can be read: the same database under another name, beside which lies what is whole
 * of its write-ahead file, if that is damaged. It is only read there.
 */
function readablePlace(path: string): string {
  const mended = mendedOf(path);
  removeDatabase(mended);
  if (firstDamaged(path) === null) return path;
  try {
    linkSync(path, mended);
  } catch {
    // Not every file system has links.
    copyFileSync(path, mended, constants.COPYFILE_EXCL);
  }
  writeWholeFrames(path, `${mended}-wal`);
  return mended;
}

function mendedOf(path: string): string {
  return `${path}.mended`;
}

/** After the end of a process between the last two steps of a salvage: the second one. */
export function finishSalvage(path: string): void {
  if (!existsSync(path) && existsSync(draftOf(path))) renameSync(draftOf(path), path);
}

function draftOf(path: string): string {
  return `${path}.salvaged`;
}

/** The database with its write-ahead file, of which it is a part. */
function moveDatabase(from: string, to: string): void {
  if (existsSync(`${from}-wal`)) renameSync(`${from}-wal`, `${to}-wal`);
  renameSync(from, to);
  rmSync(`${from}-shm`, { force: true });
}

function removeDatabase(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) rmSync(file, { force: true });
}

async function copyReadable(path: string, draft: string): Promise<number> {
  const source = openReadable(path);
  const target = openForSalvage(draft);
  let calls = 0;
  try {
    if (source === null) return 0;
    for (const saved of savedTables) {
      const columns = readableColumns(source, saved);
      if (!columns.includes(saved.key)) continue;
      const insert = target.prepare(
        `INSERT OR IGNORE INTO ${saved.table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      );
      const store = target.transaction((rows: readonly unknown[][]) => {
        for (const row of rows) insertReadable(insert, row);
      });
      for (const rows of readableRows(source, { ...saved, columns })) {
        store(rows);
        if (saved.table === 'calls') calls += rows.length;
        await otherWork();
      }
    }
    for (const kind of ofTheOldChain) target.prepare('DELETE FROM events WHERE kind = ?').run(kind);
    return calls;
  } finally {
    source?.close();
    target.close();
  }
}

/** A row whose values are not what the column takes any more is as good as unreadable. */
function insertReadable(insert: Database.Statement, row: readonly unknown[]): void {
  try {
    insert.run(...row);
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
  }
}

/** Null where not even the list of its tables can be read. */
function openReadable(path: string): Database.Database | null {
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    database.prepare('SELECT id FROM calls');
    return database;
  } catch (error) {
    database?.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

/** Those that the table has: a log of an earlier version may have fewer. */
function readableColumns(source: Database.Database, { table, columns }: SavedTable): string[] {
  const found = source.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
  return columns.filter((column) => found.includes(column));
}

/** By ranges of numbers, and number by number where one of these can't be read. */
function* readableRows(
  source: Database.Database,
  { table, key, columns }: SavedTable,
): Generator<unknown[][]> {
  const list = columns.join(', ');
  const range = source
    .prepare<[number, number], unknown[]>(
      `SELECT ${list} FROM ${table} WHERE ${key} > ? AND ${key} <= ? ORDER BY ${key}`,
    )
    .raw();
  const one = source.prepare<[number], unknown[]>(`SELECT ${list} FROM ${table} WHERE ${key} = ?`).raw();
  const newest = readable(
    () => source.prepare<[], number | null>(`SELECT max(${key}) FROM ${table}`).pluck().get() ?? 0,
  );
  let empty = 0;
  for (let after = 0; newest === null ? empty < emptyAtEnd : after < newest; after += rowsAtOnce) {
    const through = after + rowsAtOnce;
    const rows =
      readable(() => range.all(after, through)) ??
      Array.from({ length: rowsAtOnce }, (_, index) => readable(() => one.get(after + 1 + index))).filter(
        (row) => row !== null && row !== undefined,
      );
    empty = rows.length === 0 ? empty + rowsAtOnce : 0;
    if (rows.length > 0) yield rows;
  }
}

/** Null where the file is damaged in this place. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB|ERROR|IOERR_SHORT)/u.test(error.code)
  );
}
