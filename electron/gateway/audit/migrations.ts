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

/**
 * 4: one chain over all that is written (chain.ts). A record's number in it is its key, whichever table it is in, so
 * that the chain needs no index, and its end is found in no time. Nothing is rewritten any more: a call without an
 * outcome is `unknown` once the log was opened after it, and an outcome that comes later wins. `events` has what
 * happened besides calls, `checkpoints` the signatures. Records from before have no hash; the chain's first record
 * (begin-chain.ts) holds a digest over all of them.
 */
const chained = `
  ALTER TABLE calls ADD COLUMN hash BLOB;

  CREATE TABLE ended (
    seq INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    latency_us INTEGER,
    response_bytes INTEGER,
    error_code INTEGER,
    error_message TEXT,
    hash BLOB
  ) STRICT;
  INSERT INTO ended
    SELECT call_id, call_id, status, latency_us, response_bytes, error_code, error_message, NULL
    FROM outcomes ORDER BY call_id;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    hash BLOB
  ) STRICT;
  CREATE INDEX events_by_kind ON events (kind);

  CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    key_id TEXT NOT NULL,
    signature BLOB NOT NULL
  ) STRICT;

  DROP VIEW audit_log;
  DROP TABLE openings;
  DROP TABLE outcomes;
  ALTER TABLE ended RENAME TO outcomes;
  CREATE UNIQUE INDEX outcomes_by_call ON outcomes (call_id);

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
    CASE
      WHEN calls.allowed = 0 THEN 'refused'
      WHEN outcomes.status IS NOT NULL THEN outcomes.status
      WHEN calls.id < (SELECT max(seq) FROM events WHERE kind = 'log.opened') THEN 'unknown'
      ELSE 'pending'
    END AS status,
    outcomes.latency_us / 1000.0 AS latency_ms,
    outcomes.response_bytes,
    coalesce(outcomes.error_code, calls.error_code) AS error_code,
    coalesce(outcomes.error_message, calls.error_message) AS error,
    calls.source_ip
  FROM calls LEFT JOIN outcomes ON outcomes.call_id = calls.id;
`;

/** 5: what a server answered, in short, as JSON (answer-text.ts); null where that is not wanted, and in older records. */
const summary = 'ALTER TABLE outcomes ADD COLUMN summary TEXT';

/** Step n brings a database from version n-1 to n (PRAGMA user_version). */
export const auditMigrations: readonly string[] = [first, facts, obligations, chained, summary];

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
