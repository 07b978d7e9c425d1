// The first record of a log's chain, which names the log and vouches for all that was in it before.
import type { Database } from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import type { AuditEventOf } from '../../shared/audit-events.ts';
import { canonical, digestOf, link, origin } from './chain.ts';
import { chainedRows, chainedTables } from './chained-rows.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { createEventWriter } from './event-rows.ts';

/** Records of the time before the chain, as its first record describes them. */
type OldRecords = Omit<AuditEventOf<'chain.begun'>['details'], 'log'>;

const recordsPerStep = 500;

/** Does nothing where it has begun. A million older records take some seconds, once. */
export function beginChain(database: Database): void {
  const begun = database.prepare("SELECT 1 FROM events WHERE kind IN ('chain.begun', 'log.trimmed') LIMIT 1");
  if (begun.get() !== undefined) return;
  const steps = oldRecords(database, Number.MAX_SAFE_INTEGER);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const old = step.value;
  const chain = createChainWriter(database, { seq: old.through, hash: origin });
  const write = createEventWriter(database, chain);
  transact(chain, () => {
    // Asked again under the lock: another process may have been faster.
    if (begun.get() !== undefined) return;
    write(Date.now(), {
      kind: 'chain.begun',
      by: 'app',
      subject: '',
      // What makes this log's records unlike those of any other.
      details: { log: randomUUID(), ...old },
    });
  });
}

/**
 * Of the records up to `through`. Their digest is made like a chain's last hash: all calls, then all outcomes, each
 * linked to the one before. Yields now and then: a million take seconds.
 */
export function* oldRecords(database: Database, through: number): Generator<void, OldRecords> {
  const counts = { call: 0, outcome: 0, event: 0 };
  let digest = origin;
  let newest = 0;
  for (const table of chainedTables) {
    for (const { kind, seq, values } of chainedRows(database, table, 0, through)) {
      digest = link(digest, digestOf(canonical(kind, seq, values)));
      counts[kind] += 1;
      newest = Math.max(newest, seq);
      if (counts[kind] % recordsPerStep === 0) yield;
    }
  }
  return { through: newest, calls: counts.call, outcomes: counts.outcome, digest };
}
