// Keeps the search index up with the log, in pieces: what is new first, then what was never indexed, from the newest on.
import type { IndexState } from '../../../shared/audit-search.ts';
import type { Closable, Logger } from '../../ports.ts';
import { logBounds, partsOf, readStretches } from './index-cover.ts';
import { deleteIndex, type IndexDatabase, indexPathOf, openIndexFile } from './index-database.ts';
import { createIndexWriter, type IndexWriter } from './index-records.ts';
import { stretchLength } from './index-schema.ts';

/** How often it is looked whether there is something new, milliseconds; a search looks by itself. */
const lookEveryMs = 250;
/** An index that can't be written is tried again after so long, milliseconds. */
const retryMs = 30_000;

/** A piece has at most so many records; long ones make it smaller until it takes `pieceMs`. */
const mostAtOnce = 500;
const pieceMs = 8;

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
  let rows = mostAtOnce / 10;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function begin(): void {
    const { database, reason: why } = openIndexFile(path, log);
    open = { database, writer: createIndexWriter(database) };
    reason = why;
    if (why !== null) logger.info('audit.index_building', { reason: why });
  }

  /** What the index lacks comes in parts that begin where it ends. */
  function gaps({ database }: OpenIndex) {
    const bounds = logBounds(database);
    if (bounds === null) return { bounds, tail: null, older: null, lacking: 0 };
    const stretches = readStretches(database);
    const lacking = partsOf(stretches, bounds).filter(({ indexed }) => !indexed);
    const newest = Math.floor(bounds.newest / stretchLength);
    const tail = lacking.find(({ stretch }) => stretch === newest) ?? null;
    const last = lacking.at(-1);
    const older = tail ?? lacking.find(({ stretch }) => stretch === last?.stretch) ?? null;
    return {
      bounds,
      tail,
      older,
      lacking: lacking.reduce((sum, part) => sum + part.through - part.from + 1, 0),
    };
  }

  function addFrom({ writer }: OpenIndex, { from, through }: { from: number; through: number }): void {
    const begun = performance.now();
    writer.add(from, Math.min(through, from + Math.ceil(rows) - 1));
    const took = performance.now() - begun;
    rows = took > pieceMs ? Math.max(1, rows / 2) : Math.min(mostAtOnce, rows * 2);
  }

  /** One piece of work; false where there is none. */
  function work(index: OpenIndex): boolean {
    const { bounds, older } = gaps(index);
    if (older !== null) {
      addFrom(index, older);
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
      // As much time for questions as for this.
      if (open !== null && work(open)) pause = performance.now() - begun;
    } catch (error) {
      failed(error);
      pause = retryMs;
    }
    if (!closed) timer = setTimeout(turn, pause);
  }

  function failed(error: unknown): void {
    logger.warn('audit.index_failed', { error: String(error) });
    drop();
    if (isDamage(error)) deleteIndex(path);
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
          const { tail, lacking } = gaps(open);
          if (tail === null || lacking > shortTail) break;
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

function isDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^SQLITE_(?:CORRUPT|NOTADB|IOERR|ERROR)/u.test(error.code)
  );
}
