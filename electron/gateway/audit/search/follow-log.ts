// Keeps the search index up with the log, in pieces: what is new first, then what was never indexed, from the newest on.
import type { IndexState } from '../../../shared/audit-search.ts';
import type { Closable, Logger } from '../../ports.ts';
import { logBounds, partsOf, readStretches } from './index-cover.ts';
import { deleteIndex, type IndexDatabase, indexPathOf, openIndexFile } from './index-database.ts';
import { createIndexWriter, type IndexWriter } from './index-records.ts';

/** How often it is looked whether there is something new, milliseconds; a search looks by itself. */
const lookEveryMs = 250;
/** An index that can't be written is tried again after so long, milliseconds. */
const retryMs = 30_000;

/** A piece has so many ids at least and at most; long records make it smaller until it takes `pieceMs`. */
const leastAtOnce = 100;
const mostAtOnce = 2000;
const pieceMs = 10;
/** As much time belongs to questions as to a piece, but not more than this where the machine is busy, milliseconds. */
const longestRestMs = 20;

/** So many new records are taken in before a search is answered. More of them are looked at one by one. */
const shortTail = 1000;

export interface SearchIndex extends Closable {
  /** Null while there is none: then everything is looked at one by one. */
  database(): IndexDatabase | null;
  /** Takes in what is new, where that is quickly done. */
  catchUp(): void;
  /** A question failed with this: where the index is damaged it is built anew. */
  failed(error: unknown): void;
  state(): IndexState;
}

interface OpenIndex {
  readonly database: IndexDatabase;
  readonly writer: IndexWriter;
}

/** @param log the path of the log, which exists */
export function followLog(log: string, logger: Logger): SearchIndex {
  const path = indexPathOf(log);
  let open: OpenIndex | null = null;
  let reason: string | null = null;
  let isUnusable = false;
  let ids = leastAtOnce;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function begin(): void {
    if (isUnusable) deleteIndex(path);
    isUnusable = false;
    const { database, reason: why } = openIndexFile(path, log);
    open = { database, writer: createIndexWriter(database) };
    reason = why;
    if (why !== null) logger.info('audit.index_building', { reason: why });
  }

  /** What the index lacks: the newest records, and what comes next. */
  function gaps({ database }: OpenIndex) {
    const bounds = logBounds(database);
    if (bounds === null) return { bounds, tail: null, next: null, lacking: 0 };
    const lacking = partsOf(readStretches(database), bounds).filter(({ indexed }) => !indexed);
    const next = lacking.at(-1) ?? null;
    return {
      bounds,
      tail: next?.through === bounds.newest ? next : null,
      next,
      lacking: lacking.reduce((sum, { from, through }) => sum + through - from + 1, 0),
    };
  }

  function addFrom({ writer }: OpenIndex, { from, through }: { from: number; through: number }): void {
    const begun = performance.now();
    writer.add(from, Math.min(through, from + ids - 1));
    const took = performance.now() - begun;
    ids = took > pieceMs ? Math.max(leastAtOnce, Math.floor(ids / 2)) : Math.min(mostAtOnce, ids * 2);
  }

  /** One piece of work; false where there is none. */
  function work(index: OpenIndex): boolean {
    const { bounds, next } = gaps(index);
    if (next !== null) {
      addFrom(index, next);
      return true;
    }
    if (reason !== null) logger.info('audit.index_built', {});
    reason = null;
    index.writer.settle();
    return bounds !== null && index.writer.prune(bounds.oldest);
  }

  function turn(): void {
    const begun = performance.now();
    let pause = lookEveryMs;
    try {
      if (open === null) begin();
      if (open !== null && work(open)) pause = Math.min(longestRestMs, performance.now() - begun);
    } catch (error) {
      failed(error);
      pause = retryMs;
    }
    if (!closed) timer = setTimeout(turn, pause);
  }

  function failed(error: unknown): void {
    logger.warn('audit.index_failed', { error: String(error) });
    drop();
    isUnusable ||= !mayPass(error);
  }

  function drop(): void {
    open?.database.close();
    open = null;
  }

  timer = setTimeout(turn, 0);
  return {
    database: () => open?.database ?? null,
    catchUp() {
      if (open === null) return;
      try {
        for (;;) {
          const { tail } = gaps(open);
          if (tail === null || tail.through - tail.from >= shortTail) break;
          addFrom(open, tail);
        }
        open.writer.settle();
      } catch (error) {
        failed(error);
      }
    },
    failed,
    state() {
      if (open === null) return { state: 'off', share: 0, reason: null };
      const { bounds, lacking } = gaps(open);
      if (bounds === null || lacking <= shortTail) return { state: 'ready', share: 1, reason: null };
      const all = bounds.newest - bounds.oldest + 1;
      return { state: 'building', share: (all - lacking) / all, reason: reason ?? 'it was not finished' };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      drop();
    },
  };
}

/** Some troubles pass, and leave the index as it was. Everything else says that it is no good. */
function mayPass(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:SQLITE_(?:FULL|READONLY|BUSY|LOCKED|IOERR|CANTOPEN|PERM|NOMEM)|E[A-Z]+$)/u.test(code);
}
