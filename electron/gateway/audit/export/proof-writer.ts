// Writes an export with its proof: the records that are meant, and of the others what leads to the next signature.
import type { Database } from 'better-sqlite3';
import { canonical, digestOf, origin } from '../chain.ts';
import { createPlaceReader, wholeChain } from '../chained-rows.ts';
import { storedCheckpoints } from '../checkpoint-rows.ts';
import { logId } from '../event-rows.ts';
import type { SignedCheckpoint } from '../signed-checkpoint.ts';
import { allNumbers, type MarkedNumbers, markedNumbers } from './marked-numbers.ts';
import { type PieceLine, type ProofLine, recordLine } from './proof-lines.ts';
import { selectedIds, type Selection } from './selection.ts';

/** Records of one line that shows none of them. */
const mostOmitted = 500;
const idsAtOnce = 500;

/**
 * All lines between head and end, oldest record first. Where nothing is shown from one signature to the next, nothing
 * is said about the records between them.
 */
export function* provenLines(database: Database, selection: Selection): Generator<ProofLine> {
  const { bounds } = selection;
  const shown = shownNumbers(database, selection);
  const placeAt = createPlaceReader(database);
  const checkpoints = storedCheckpoints(database, logId(database), bounds.from);
  let next = checkpoints.next().value as SignedCheckpoint | undefined;
  let reached = bounds.from - 1;
  let isFirst = true;

  for (let from = shown.next(reached); from !== null; from = shown.next(reached)) {
    if (isFirst || from > reached + 1) yield pieceFrom(from);
    isFirst = false;
    yield* piece(from);
  }

  function pieceFrom(from: number): PieceLine {
    return { kind: 'piece', from, hash: placeAt(from - 1).hash };
  }

  /** To the first signature behind which nothing is shown up to the next one. */
  function* piece(from: number): Generator<ProofLine> {
    let omitted: string[] = [];
    let last = { seq: from - 1, hash: '' };
    const omittedLine = (): ProofLine[] => {
      if (omitted.length === 0) return [];
      const digests = Buffer.from(omitted.join(''), 'hex').toString('base64');
      const line = {
        kind: 'omitted',
        from: last.seq - omitted.length + 1,
        through: last.seq,
        digests,
        hash: last.hash,
      } as const;
      omitted = [];
      return [line];
    };
    for (const record of wholeChain(database, from - 1, bounds.through)) {
      const { kind, seq, values } = record;
      if (shown.has(seq)) {
        yield* omittedLine();
        yield recordLine(record);
      }
      last = { seq, hash: record.hash ?? origin };
      if (!shown.has(seq)) omitted.push(digestOf(canonical(kind, seq, values)));
      if (omitted.length === mostOmitted) yield* omittedLine();
      while (next !== undefined && next.seq < seq)
        next = checkpoints.next().value as SignedCheckpoint | undefined;
      if (next?.seq !== seq) continue;
      yield* omittedLine();
      const { at, keyId, hash, signature } = next;
      yield { kind: 'checkpoint', seq, hash, at, keyId, signature };
      next = checkpoints.next().value as SignedCheckpoint | undefined;
      reached = seq;
      const soon = shown.next(seq) ?? Infinity;
      if (soon > (next?.seq ?? bounds.through)) return;
    }
    yield* omittedLine();
    reached = bounds.through;
  }
}

/** The calls that are meant, and their ends. Of a whole log it is everything. */
function shownNumbers(database: Database, selection: Selection): Pick<MarkedNumbers, 'has' | 'next'> {
  const { bounds, marked } = selection;
  if (marked === null) return allNumbers(bounds.from, bounds.through);
  const shown = markedNumbers(bounds.from, bounds.through);
  const ends = database
    .prepare<[string], number>('SELECT seq FROM outcomes WHERE call_id IN (SELECT value FROM json_each(?))')
    .pluck();
  for (const ids of selectedIds(database, selection, idsAtOnce)) {
    for (const id of ids) shown.add(id);
    for (const seq of ends.all(JSON.stringify(ids))) shown.add(seq);
  }
  return shown;
}
