// Verifications of the whole log, one at a time, in slices between which the audit worker answers others.
import type { Database } from 'better-sqlite3';
import type { KeyObject } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { AuditVerification } from '../../shared/audit-proof.ts';
import { auditError } from './audit-error.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { verifyLog } from './verify-log.ts';

export interface Verifications {
  /** Starts one, or gives the one that runs. */
  start(): AuditVerification;
  /** Null where there was none yet. */
  last(): AuditVerification | null;
  /** False where that one is over. */
  cancel(id: number): boolean;
  close(): void;
}

/** Time between two words on how far it has come, milliseconds. */
const tellEveryMs = 100;

export function createVerifications(
  database: Database,
  publicKey: () => KeyObject | null,
  onChange: (verification: AuditVerification) => void,
): Verifications {
  let current: AuditVerification | null = null;
  let lastId = 0;

  async function run(id: number): Promise<void> {
    const begun = performance.now();
    let told = begun;
    const update = (change: Partial<AuditVerification>) => {
      if (current?.id !== id || current.state !== 'running') return;
      const ended = change.state === undefined ? {} : { endedAt: Date.now() };
      current = { ...current, ...change, ...ended, elapsedMs: performance.now() - begun };
      if (current.state === 'running' && performance.now() - told < tellEveryMs) return;
      told = performance.now();
      onChange(current);
    };
    try {
      const steps = verifyLog(database, {
        publicKey: publicKey(),
        beside: readCheckpointFile(database.name),
      });
      for (;;) {
        if (current?.id !== id || current.state !== 'running') return;
        const { done, value } = steps.next();
        update(done ? { ...value, state: 'done' } : value);
        if (done) return;
        await otherWork();
      }
    } catch (error) {
      update({ state: 'failed', problem: auditError(database.name, error).message });
    }
  }

  function stop(): boolean {
    if (current?.state !== 'running') return false;
    current = { ...current, state: 'cancelled', endedAt: Date.now() };
    return true;
  }

  return {
    start() {
      if (current?.state === 'running') return current;
      lastId += 1;
      const started: AuditVerification = {
        id: lastId,
        state: 'running',
        checked: 0,
        total: 0,
        elapsedMs: 0,
        endedAt: null,
        from: 0,
        signedThrough: 0,
        broken: null,
        problem: null,
      };
      current = started;
      void run(lastId);
      return started;
    },
    last: () => current,
    cancel(id) {
      if (current?.id !== id || !stop()) return false;
      onChange(current);
      return true;
    },
    close: () => void stop(),
  };
}
