// Opens the search index beside the log, or one in memory for a few records; both see the log as schema `log`.
import Database from 'better-sqlite3';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { statusColumn } from '../call-queries.ts';
import { redactedColumn } from './call-hits.ts';
import { indexApplicationId, indexSchema, indexVersion } from './index-schema.ts';
import { everyRecord, withoutEscapes } from './search-text.ts';

/** Of arguments so much is searched, characters. */
const searchedLength = 65_536;

/** An index that can be asked, and the log that it is of. */
export type IndexDatabase = Database.Database;

/** `audit-index.db` for `audit.db`. */
export function indexPathOf(log: string): string {
  return log.replace(/(?:\.\w+)?$/u, '-index.db');
}

/**
 * Opens what is there, or makes it. An index that is damaged, of another version or of another log is thrown away.
 * @returns why it has to be built, for people; null where it was found whole
 * @throws where the file can't be made or written
 */
export function openIndexFile(
  path: string,
  log: string,
): { readonly database: IndexDatabase; readonly reason: string | null } {
  let reason = 'it did not exist yet';
  try {
    const found = openExisting(path, log);
    if (found.unusable === null) return { database: found.database, reason: null };
    found.database.close();
    reason = found.unusable;
  } catch (error) {
    if (!isMissing(error)) reason = `it could not be read: ${String(error)}`;
  }
  deleteIndex(path);
  closeSync(openSync(path, 'wx', 0o600));
  const database = new Database(path);
  // Whole pages come and go with the retention.
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  prepare(database, log);
  createSchema(database, log);
  return { database, reason };
}

/** For somebody who only asks it, beside the one who keeps it up; null where there is none that can be asked. */
export function openIndexAsFound(log: string): IndexDatabase | null {
  try {
    const { database, unusable } = openExisting(indexPathOf(log), log);
    if (unusable === null) return database;
    database.close();
  } catch {
    // Whoever keeps it up makes a new one. Until then every record is looked at.
  }
  return null;
}

export function deleteIndex(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}

/** For records that are not in the index yet: the same questions, asked of a few of them. */
export function openIndexInMemory(log: string): IndexDatabase {
  const database = new Database(':memory:');
  prepare(database, log);
  createSchema(database, log);
  return database;
}

function openExisting(path: string, log: string): { database: IndexDatabase; unusable: string | null } {
  const database = new Database(path, { fileMustExist: true });
  try {
    prepare(database, log);
    return { database, unusable: whatIsWrong(database, log) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: IndexDatabase, log: string): void {
  // What the end of the machine takes with it is indexed again.
  database.pragma('synchronous = normal');
  database.pragma('cache_size = -8000');
  database.prepare('ATTACH ? AS log').run(log);
  database.function('without_escapes', { deterministic: true }, (json) => withoutEscapes(String(json)));
  database.exec(sourceView);
}

function createSchema(database: IndexDatabase, log: string): void {
  database.transaction(() => {
    database.exec(indexSchema);
    database.prepare('INSERT INTO log_file (inode) VALUES (?)').run(inodeOf(log));
    database.pragma(`application_id = ${indexApplicationId}`);
    database.pragma(`user_version = ${indexVersion}`);
  })();
}

function inodeOf(path: string): string {
  return String(statSync(path, { bigint: true }).ino);
}

function whatIsWrong(database: IndexDatabase, log: string): string | null {
  const is = (pragma: string) => database.pragma(pragma, { simple: true });
  if (is('application_id') !== indexApplicationId || is('user_version') !== indexVersion) {
    return 'it was of another version';
  }
  if (database.prepare<[], string>('SELECT inode FROM log_file').pluck().get() !== inodeOf(log)) {
    return 'it was of another file';
  }
  const anchor = database
    .prepare<[], { id: number; requestId: string }>('SELECT id, request_id AS requestId FROM anchor')
    .get();
  if (anchor === undefined) return null;
  const record = database
    .prepare<[number], string>('SELECT request_id FROM log.calls WHERE id = ?')
    .pluck()
    .get(anchor.id);
  return record === anchor.requestId ? null : 'it was of another log';
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CANTOPEN';
}

const plain = (column: string) =>
  `CASE WHEN instr(${column}, '\\') = 0 THEN ${column} ELSE without_escapes(${column}) END`;
const cutArguments = `substr(calls.arguments, 1, ${searchedLength})`;

/** The log as the index takes it in; `status` and `decision` as in domain.ts and audit-search.ts. */
const sourceView = `
  CREATE TEMP VIEW source AS
  SELECT
    calls.id, calls.at, calls.request_id, calls.client, calls.agent_id AS agent, calls.server, calls.method,
    coalesce(calls.tool, '') AS tool, coalesce(calls.matched_rule, '') AS rule, calls.reason,
    ${statusColumn} AS status,
    CASE
      WHEN calls.allowed = 0 THEN
        iif(calls.reason IN ('malformed', 'door', 'session', 'token', 'version'), 'refused', 'denied')
      WHEN outcomes.status IN ('error', 'upstream_error') THEN 'failed'
      WHEN ${statusColumn} = 'unknown' THEN 'unknown'
      ELSE 'allowed'
    END AS decision,
    calls.waited_ms IS NOT NULL AS asked,
    ${redactedColumn} AS redacted,
    calls.alert IS NOT NULL AS alerted,
    calls.session_id AS session,
    coalesce(outcomes.latency_us, -1) AS latency,
    coalesce(calls.arguments_bytes, 0) + coalesce(outcomes.response_bytes, 0) AS bytes,
    outcomes.error_message IS NOT NULL AS says_more,
    concat_ws(char(10), '${everyRecord}', calls.method, calls.tool, calls.resource, calls.server, calls.client,
      calls.agent_id, calls.agent_name, calls.matched_rule, calls.session_id, calls.request_id,
      ${plain(cutArguments)}, ${plain('calls.violations')}, ${plain('calls.notes')}, calls.alert,
      calls.error_message, outcomes.error_message
    ) AS text
  FROM log.calls LEFT JOIN log.outcomes ON outcomes.call_id = calls.id
`;
