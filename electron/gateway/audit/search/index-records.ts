// Takes records of the log into the index, follows what becomes of them, and lets those go that the log has deleted.
import type { IndexDatabase } from './index-database.ts';
import { stretchLength, stretchOf, textsOf, textsSchema } from './index-schema.ts';

export interface IndexWriter {
  /** Takes in what the log has from id `from` through `through`, which lie in one stretch: all up to there is in then. */
  add(from: number, through: number): void;
  /** Looks again at the calls that had not ended. */
  settle(): void;
  /** Drops a piece of what is older than `oldest`, the first id that the log has. False: there was nothing left. */
  prune(oldest: number): boolean;
}

const shapeColumns =
  'client, agent, server, method, tool, rule, reason, status, decision, asked, redacted, alerted';
const ofSameShape = shapeColumns
  .split(', ')
  .map((column) => `shapes.${column} = source.${column}`)
  .join(' AND ');

const inRange = 'source.id BETWEEN @from AND @through';
const inList = 'source.id IN (SELECT value FROM json_each(@ids))';

const addShapesWhere = (condition: string) =>
  `INSERT OR IGNORE INTO shapes (${shapeColumns}) SELECT DISTINCT ${shapeColumns} FROM source WHERE ${condition}`;

const addSessions = `
  INSERT OR IGNORE INTO sessions (name) SELECT DISTINCT session FROM source WHERE ${inRange}`;

const addEntries = `
  INSERT INTO entries (id, at, shape, session, latency, bytes)
  SELECT source.id, source.at, shapes.id, sessions.id, source.latency, source.bytes
  FROM source CROSS JOIN shapes ON ${ofSameShape} CROSS JOIN sessions ON sessions.name = source.session
  WHERE ${inRange} ORDER BY source.id`;

/** A stretch without records, because the log has deleted them, lies at no time at all. */
const addStretch = `
  INSERT INTO stretches (stretch, next, first_at, last_at)
  SELECT @stretch, @through + 1, coalesce(min(at), ${Number.MAX_SAFE_INTEGER}), coalesce(max(at), -1)
  FROM entries WHERE id BETWEEN @from AND @through
  ON CONFLICT DO UPDATE SET next = excluded.next,
    first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`;

const moveAnchor = `
  INSERT INTO anchor (one, id, request_id) SELECT 1, id, request_id FROM log.calls
  WHERE id = (SELECT max(id) FROM log.calls WHERE id <= @through)
  ON CONFLICT DO UPDATE SET id = excluded.id, request_id = excluded.request_id WHERE excluded.id > anchor.id`;

/** What is unknown since its process died may still be told by a process that was only taken for dead. */
const ended = `
  SELECT entries.id FROM shapes
    CROSS JOIN entries INDEXED BY entries_by_shape ON entries.shape = shapes.id
    CROSS JOIN source ON source.id = entries.id
  WHERE shapes.status IN ('pending', 'unknown') AND source.status <> shapes.status`;

const changeEntries = `
  UPDATE entries SET shape = found.shape, latency = found.latency, bytes = found.bytes
  FROM (
    SELECT source.id, shapes.id AS shape, source.latency, source.bytes
    FROM source CROSS JOIN shapes ON ${ofSameShape} WHERE ${inList}
  ) AS found
  WHERE entries.id = found.id`;

/** Entries that a piece of deleting takes along. */
const deletedAtOnce = 500;
const freedPagesAtOnce = 500;

const deleteEntries = `
  DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE id < ? ORDER BY id LIMIT ${deletedAtOnce})`;

export function createIndexWriter(database: IndexDatabase): IndexWriter {
  const prepare = (sql: string) => database.prepare(sql);
  const shapesOfRange = prepare(addShapesWhere(inRange));
  const shapesOfList = prepare(addShapesWhere(inList));
  const sessions = prepare(addSessions);
  const entries = prepare(addEntries);
  const stretches = prepare(addStretch);
  const anchor = prepare(moveAnchor);
  const open = database.prepare<[], number>(ended).pluck();
  const change = prepare(changeEntries);
  const forget = prepare(deleteEntries);
  const passedStretches = database
    .prepare<[number], number>(`SELECT stretch FROM stretches WHERE (stretch + 1) * ${stretchLength} <= ?`)
    .pluck();

  let textsStretch = -1;
  let texts = anchor;
  /** Nearly always it is the same stretch as before. */
  function textsFor(stretch: number) {
    if (stretch === textsStretch) return texts;
    database.exec(textsSchema(stretch));
    texts = prepare(
      `INSERT INTO ${textsOf(stretch)} (rowid, text) SELECT id, text FROM source WHERE ${inRange} ORDER BY id`,
    );
    textsStretch = stretch;
    return texts;
  }

  function replaceTexts(ids: readonly number[]): void {
    for (const stretch of new Set(ids.map((id) => Math.floor(id / stretchLength)))) {
      prepare(
        `INSERT OR REPLACE INTO ${textsOf(stretch)} (rowid, text)
         SELECT id, text FROM source WHERE ${inList} AND ${stretchOf('id')} = @stretch AND says_more ORDER BY id`,
      ).run({ ids: JSON.stringify(ids), stretch });
    }
  }

  return {
    add: database.transaction((from: number, through: number) => {
      const range = { from, through };
      const stretch = Math.floor(from / stretchLength);
      shapesOfRange.run(range);
      sessions.run(range);
      entries.run(range);
      textsFor(stretch).run(range);
      stretches.run({ ...range, stretch });
      anchor.run({ through });
    }),

    settle: database.transaction(() => {
      const ids = open.all();
      if (ids.length === 0) return;
      shapesOfList.run({ ids: JSON.stringify(ids) });
      change.run({ ids: JSON.stringify(ids) });
      replaceTexts(ids);
    }),

    prune: database.transaction((oldest: number) => {
      if (forget.run(oldest).changes > 0) return true;
      const passed = passedStretches.all(oldest);
      for (const stretch of passed) dropStretch(database, stretch);
      database.pragma(`incremental_vacuum(${freedPagesAtOnce})`);
      return passed.length > 0 || database.pragma('freelist_count', { simple: true }) !== 0;
    }),
  };
}

function dropStretch(database: IndexDatabase, stretch: number): void {
  database.exec(`
    DROP TABLE ${textsOf(stretch)};
    DELETE FROM stretches WHERE stretch = ${stretch};
    DELETE FROM stretch_shapes WHERE stretch = ${stretch};
    DELETE FROM hours WHERE calls = 0;
    DELETE FROM shapes WHERE id NOT IN (SELECT shape FROM stretch_shapes);
    DELETE FROM sessions WHERE NOT EXISTS (SELECT 1 FROM entries WHERE session = sessions.id);
  `);
}
