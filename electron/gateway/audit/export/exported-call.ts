// A call as exports show it: the columns of the view `audit_log`, and what the policy wanted noted of it.
import type { Database } from 'better-sqlite3';

/** The view's columns, in its order. Tables and databases that are exported have exactly these. */
export const auditLogColumns = [
  'id',
  'timestamp',
  'request_id',
  'session_id',
  'agent_id',
  'agent_name',
  'capabilities',
  'client',
  'client_version',
  'server',
  'method',
  'tool',
  'resource_uri',
  'arguments',
  'arguments_bytes',
  'decision',
  'allowed',
  'reason',
  'matched_rule',
  'violations',
  'policy_mode',
  'waited_ms',
  'status',
  'latency_ms',
  'response_bytes',
  'error_code',
  'error',
  'source_ip',
] as const;

type Nullable = 'tool' | 'resource_uri' | 'arguments' | 'matched_rule' | 'error';
type NumberColumn = 'id' | 'allowed';
type NullableNumber = 'arguments_bytes' | 'waited_ms' | 'latency_ms' | 'response_bytes' | 'error_code';
type Column = (typeof auditLogColumns)[number];

/** Lists (`capabilities`, `violations`, `notes`) and `arguments` are JSON texts; `timestamp` is RFC 3339, in UTC. */
export type ExportedCall = {
  readonly [C in Column]: C extends NumberColumn
    ? number
    : C extends NullableNumber
      ? number | null
      : C extends Nullable
        ? string | null
        : string;
} & { readonly notes: string; readonly alert: string | null };

/** In the order of the ids; those that the log has deleted meanwhile are left out. */
export function createCallReader(database: Database): (ids: readonly number[]) => ExportedCall[] {
  const select = database.prepare<[string], ExportedCall>(
    `SELECT ${auditLogColumns.map((column) => `audit_log.${column}`).join(', ')},
       coalesce(calls.notes, '[]') AS notes, calls.alert
     FROM audit_log JOIN calls ON calls.id = audit_log.id
     WHERE audit_log.id IN (SELECT value FROM json_each(?)) ORDER BY audit_log.id`,
  );
  return (ids) => select.all(JSON.stringify(ids));
}
