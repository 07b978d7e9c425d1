// The audit database's schema as numbered steps. Steps are only ever added: what stands here has been run by users.
import type { Database } from 'better-sqlite3';
import { AuditError } from './audit-error.ts';

/** Marks a file as ours (PRAGMA application_id, "MCPP"), so that a mistyped path never changes another program's data. */
const applicationId = 0x4d435050;

/**
 * 1: `calls` holds a row from the moment before forwarding, `outcomes` its end. Both are written on the path of the
 * calls, so they have no index but their primary key, and `arguments` stands last, where a scan of the columns before
 * it need not read it. `openings` remembers at each start up to which call everything has an outcome. The view has
 * the columns of the Go server that this program follows, so that queries written for its log go on working.
 */
const first = `
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
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
    resource TEXT,
    allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)),
    reason TEXT NOT NULL,
    matched_rule TEXT,
    violations TEXT,
    policy_mode TEXT NOT NULL,
    waited_ms INTEGER,
    source_ip TEXT NOT NULL,
    error_code INTEGER,
    error_message TEXT,
    arguments_bytes INTEGER,
    arguments TEXT
  ) STRICT;

  CREATE TABLE outcomes (
    call_id INTEGER PRIMARY KEY,
    status TEXT NOT NULL,
    latency_us INTEGER,
    response_bytes INTEGER,
    error_code INTEGER,
    error_message TEXT
  ) STRICT;

  CREATE TABLE openings (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    settled_through INTEGER NOT NULL
  ) STRICT;

  CREATE VIEW audit_log AS
  SELECT
    calls.id,
    strftime('%Y-%m-%dT%H:%M:%fZ', calls.at / 1000.0, 'unixepoch') AS timestamp,
    calls.request_id,
    calls.session_id,
    calls.agent_id,
    calls.agent_name,
    calls.capabilities,
    calls.client,
    calls.client_version,
    calls.server,
    calls.method,
    calls.tool,
    calls.resource AS resource_uri,
    calls.arguments,
    calls.arguments_bytes,
    CASE calls.allowed WHEN 1 THEN 'allow' ELSE 'deny' END AS decision,
    calls.allowed,
    calls.reason,
    calls.matched_rule,
    coalesce(calls.violations, '[]') AS violations,
    calls.policy_mode,
    calls.waited_ms,
    CASE calls.allowed WHEN 0 THEN 'refused' ELSE coalesce(outcomes.status, 'pending') END AS status,
    outcomes.latency_us / 1000.0 AS latency_ms,
    outcomes.response_bytes,
    coalesce(outcomes.error_code, calls.error_code) AS error_code,
    coalesce(outcomes.error_message, calls.error_message) AS error,
    calls.source_ip
  FROM calls LEFT JOIN outcomes ON outcomes.call_id = calls.id;
`;

/**
 * 2: what a policy may have seen of a call beyond the columns, as JSON (recorded-facts.ts); null in older records and
 * for messages that never became calls. One column, because nothing searches it, and it grows with the input.
 */
const facts = 'ALTER TABLE calls ADD COLUMN facts TEXT';

/** 3: what the policy wanted noted of the call (a JSON list of texts) and told to the user; null for nothing. */
const obligations = `
  ALTER TABLE calls ADD COLUMN notes TEXT;
  ALTER TABLE calls ADD COLUMN alert TEXT;
`;

/** Step n brings a database from version n-1 to n (PRAGMA user_version). */
export const auditMigrations: readonly string[] = [first, facts, obligations];

/**
 * Brings the database up to date, each step in a transaction of its own.
 * @throws AuditError where the file is another program's, or was written by a newer version of this one; it is left
 * exactly as it was.
 */
export function migrate(database: Database, steps: readonly string[] = auditMigrations): void {
  refuseWhatIsNotOurs(database, steps.length);
  if (versionOf(database) === steps.length) return;
  if (versionOf(database) === 0) {
    // Both can be set only while the file is empty. A commit writes whole pages, so small ones halve what it writes;
    // and the pages of deleted records can be given back piece by piece.
    database.pragma('page_size = 2048');
    database.pragma('auto_vacuum = INCREMENTAL');
  }
  for (const [index, step] of steps.entries()) {
    const version = index + 1;
    const run = database.transaction(() => {
      // Read again under the lock: another process may have been faster.
      if (versionOf(database) >= version) return;
      database.exec(step);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${version}`);
    });
    run.immediate();
  }
}

/**
 * For those who only read: the schema has to be there already, in exactly this version.
 * @throws AuditError where it is not.
 */
export function requireCurrentSchema(database: Database): void {
  refuseWhatIsNotOurs(database, auditMigrations.length);
  const version = versionOf(database);
  if (version !== auditMigrations.length) {
    throw new AuditError(
      `Audit log ${database.name}: has version ${version}, expected ${auditMigrations.length}`,
    );
  }
}

function refuseWhatIsNotOurs(database: Database, newest: number): void {
  const version = versionOf(database);
  const id = database.pragma('application_id', { simple: true });
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
  if (id !== applicationId && (id !== 0 || version !== 0 || tables > 0)) {
    throw new AuditError(
      `Audit log ${database.name}: the file is a database of another program: choose another audit.db_path`,
    );
  }
  if (version > newest) {
    throw new AuditError(
      `Audit log ${database.name}: was written by a newer version of MCP Proxy Desktop ` +
        `(format ${version}, this one knows ${newest}): update the app, or choose another audit.db_path`,
    );
  }
}

function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}
