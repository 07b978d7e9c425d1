// Reads the audit log as somebody with the sqlite3 command would: the file, opened read-only, and its view.
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { z } from 'zod';

const row = z.object({
  id: z.int(),
  session_id: z.string(),
  agent_id: z.string(),
  client: z.string(),
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  arguments: z.string().nullable(),
  decision: z.enum(['allow', 'deny']),
  reason: z.string(),
  matched_rule: z.string().nullable(),
  violations: z.string(),
  policy_mode: z.enum(['enforce', 'audit']),
  status: z.string(),
  latency_ms: z.number().nullable(),
  error_code: z.int().nullable(),
});
export type AuditRow = z.infer<typeof row>;

/** All records of a user-data folder, oldest first. */
export function readAuditLog(userData: string): AuditRow[] {
  const database = new Database(join(userData, 'audit.db'), { readonly: true, fileMustExist: true });
  try {
    return z.array(row).parse(database.prepare('SELECT * FROM audit_log ORDER BY id').all());
  } finally {
    database.close();
  }
}
