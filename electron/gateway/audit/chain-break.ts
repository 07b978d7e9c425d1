// Says what was done to a chain at the record where it first does not hold. Pure.
import type { AuditBreak } from '../../shared/audit-proof.ts';
import { type ChainedRecord, hashAt, type Place, type RecordKind } from './chain.ts';

const tables = { call: 'calls', outcome: 'outcomes', event: 'events' } as const satisfies Record<
  RecordKind,
  string
>;

/** Whether a record stands where it should, with what it should hold. */
export function follows(previous: Place, record: ChainedRecord): boolean {
  return record.seq === previous.seq + 1 && record.hash === hashAt(previous.hash, record, record.seq);
}

/**
 * What is wrong with a record that does not follow the one before. Whoever changes a file may renumber what comes
 * after, so what follows is looked at too: as many records as are handed in.
 */
export function breakAt(
  previous: Place,
  record: ChainedRecord,
  following: readonly ChainedRecord[],
): AuditBreak {
  const expected = previous.seq + 1;
  const found = (kind: AuditBreak['kind'], message: string, seq = record.seq, through = seq): AuditBreak => ({
    kind,
    seq,
    through,
    table: kind === 'deleted' ? null : tables[record.kind],
    message,
  });
  const name = `Record ${record.seq}`;

  if (record.seq > expected) {
    const last = record.seq - 1;
    const missing =
      last === expected ? `Record ${expected} is missing` : `Records ${expected} to ${last} are missing`;
    return found('deleted', `${missing}.`, expected, last);
  }
  if (record.seq < expected) return found('inserted', `${name} was inserted: there are two with its number.`);
  if (record.hash === null) return found('inserted', `${name} was inserted: it has no hash.`);

  const [next] = following;
  if (next?.seq === record.seq && follows(previous, next)) {
    return found('inserted', `${name} was inserted: there are two with its number.`);
  }
  const place = placeOf(record, following);
  if (place !== null) return found('reordered', `${name} was record ${place}: records have changed places.`);
  const stranger = following.findIndex((other) => other.hash === hashAt(previous.hash, other, expected));
  if (stranger === 0)
    return found('inserted', `${name} was inserted: record ${expected} is the one after it.`);
  if (stranger > 0) return found('reordered', `In the place of record ${record.seq} stands another one.`);
  const inPlace = following.some((other) => record.hash === hashAt(previous.hash, other, expected));
  if (inPlace) return found('reordered', `${name} has changed places with a later one.`);
  if (next?.hash != null && next.hash === hashAt(record.hash, next, next.seq + 1)) {
    return found('deleted', `Record ${expected} is missing, and those after it were renumbered.`);
  }
  return found('changed', `${name} was changed after it was written.`);
}

/** The number with which a record was written, where that was one of the following, which may have moved themselves. */
function placeOf(record: ChainedRecord, following: readonly ChainedRecord[]): number | null {
  for (const { seq, hash } of following) {
    if (hash === null) continue;
    for (const place of [seq + 1, seq]) if (record.hash === hashAt(hash, record, place)) return place;
  }
  return null;
}
