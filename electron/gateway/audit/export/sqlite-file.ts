// Calls as a database of their own, with a table `audit_log` in the columns of the log's view of that name.
import Database from 'better-sqlite3';
import { auditLogColumns, type ExportedCall } from './exported-call.ts';

const columns = [...auditLogColumns, 'notes', 'alert'] as const;

const schema = `
  CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    timestamp TEXT NOT NULL,
    request_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    client TEXT NOT NULL,
    client_version TEXT NOT NULL,
    server TEXT NOT NULL,
    method TEXT NOT NULL,
    tool TEXT,
    resource_uri TEXT,
    arguments TEXT,
    arguments_bytes INTEGER,
    decision TEXT NOT NULL,
    allowed INTEGER NOT NULL,
    reason TEXT NOT NULL,
    matched_rule TEXT,
    violations TEXT NOT NULL,
    policy_mode TEXT NOT NULL,
    waited_ms INTEGER,
    status TEXT NOT NULL,
    latency_ms REAL,
    response_bytes INTEGER,
    error_code INTEGER,
    error TEXT,
    source_ip TEXT NOT NULL,
    notes TEXT NOT NULL,
    alert TEXT
  ) STRICT;
  CREATE INDEX audit_log_by_timestamp ON audit_log (timestamp);
  CREATE INDEX audit_log_by_tool ON audit_log (tool);
`;

export interface SqliteFile {
  write(calls: readonly ExportedCall[]): void;
  finish(): void;
}

/** The empty file has to be there. Until `finish` it may be damaged by the end of the process: it has no journal. */
export function openSqliteFile(path: string): SqliteFile {
  const database = new Database(path, { fileMustExist: true });
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.exec(schema);
  const insert = database.prepare(
    `INSERT INTO audit_log (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})`,
  );
  const insertAll = database.transaction((calls: readonly ExportedCall[]) => {
    for (const call of calls) insert.run(call);
  });
  return {
    write: (calls) => insertAll(calls),
    finish: () => database.close(),
  };
}
