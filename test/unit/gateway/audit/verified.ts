// Runs a verification to its end.
import type { Database } from 'better-sqlite3';
import { verifyLog, type VerifyResult } from '../../../../electron/gateway/audit/verify-log.ts';
import type { VerifyOptions } from '../../../../electron/gateway/audit/verify-signatures.ts';

export function verified(database: Database, options: Partial<VerifyOptions> = {}): VerifyResult {
  const steps = verifyLog(database, { publicKey: null, beside: null, ...options });
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
