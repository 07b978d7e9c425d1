// The search index's schema. All of it is derived from the log, so that it is thrown away rather than migrated.

/** Marks the file as ours (PRAGMA application_id, "MCPI"). */
export const indexApplicationId = 0x4d435049;

/** Of the schema below and of what is put into it: with another number the index is built anew. */
export const indexVersion = 1;

/**
 * Records whose ids differ only below this make one stretch. A stretch has a full-text table of its own: a word that
 * nearly every record has costs what it costs in the newest stretch, no statement runs for long, and old records leave
 * with their whole table.
 */
export const stretchLength = 131_072;

/** Of the stretch of an id, in SQL; `entries_by_latency` and `entries_by_bytes` begin with the same expression. */
export const stretchOf = (id: string) => `(${id} / ${stretchLength})`;

/** The text of records in a stretch; `n` is a number of ours. */
export const textsOf = (n: number) => `texts_${n}`;

/**
 * `shapes`: what calls have in common that can be filtered by; a log of a million calls has a few hundred. With one index
 * over (shape, id) each filter and each combination of filters finds its calls, and counting goes by shapes. Empty texts
 * stand for null. `status` and `decision` are as of the last look: see index-records.ts.
 * `entries`: a record each; -1 where there is no latency (yet), `bytes` as far as they are known.
 * `hours` and `stretch_shapes`: how many entries of each shape there are in each hour and stretch, kept by triggers.
 * `stretches`: how far each is indexed (`next` is the first id that is not), and the times between which its calls lie.
 * `anchor`: the newest record in the index, and `log_file` the file that it is of, by which it is known whether this is
 * still the same log: one that was put in its place has others, and one that lost its end with the power may have.
 */
export const indexSchema = `
  CREATE TABLE shapes (
    id INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    agent TEXT NOT NULL,
    server TEXT NOT NULL,
    method TEXT NOT NULL,
    tool TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    decision TEXT NOT NULL,
    asked INTEGER NOT NULL,
    redacted INTEGER NOT NULL,
    alerted INTEGER NOT NULL,
    UNIQUE (client, agent, server, method, tool, rule, reason, status, decision, asked, redacted, alerted)
  ) STRICT;

  CREATE TABLE sessions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    session INTEGER NOT NULL,
    latency INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX entries_by_shape ON entries (shape);
  CREATE INDEX entries_by_session ON entries (session);
  CREATE INDEX entries_by_latency ON entries (${stretchOf('id')}, latency);
  CREATE INDEX entries_by_bytes ON entries (${stretchOf('id')}, bytes);

  CREATE TABLE hours (
    hour INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (hour, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE stretch_shapes (
    stretch INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    PRIMARY KEY (stretch, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER entry_comes AFTER INSERT ON entries BEGIN
    INSERT INTO hours VALUES (new.at / 3600000, new.shape, 1) ON CONFLICT DO UPDATE SET calls = calls + 1;
    INSERT INTO stretch_shapes VALUES (${stretchOf('new.id')}, new.shape, 1)
      ON CONFLICT DO UPDATE SET calls = calls + 1;
  END;
  CREATE TRIGGER entry_goes AFTER DELETE ON entries BEGIN
    UPDATE hours SET calls = calls - 1 WHERE hour = old.at / 3600000 AND shape = old.shape;
    UPDATE stretch_shapes SET calls = calls - 1 WHERE stretch = ${stretchOf('old.id')} AND shape = old.shape;
  END;
  CREATE TRIGGER entry_changes AFTER UPDATE OF shape ON entries WHEN new.shape <> old.shape BEGIN
    UPDATE hours SET calls = calls - 1 WHERE hour = old.at / 3600000 AND shape = old.shape;
    UPDATE stretch_shapes SET calls = calls - 1 WHERE stretch = ${stretchOf('old.id')} AND shape = old.shape;
    INSERT INTO hours VALUES (new.at / 3600000, new.shape, 1) ON CONFLICT DO UPDATE SET calls = calls + 1;
    INSERT INTO stretch_shapes VALUES (${stretchOf('new.id')}, new.shape, 1)
      ON CONFLICT DO UPDATE SET calls = calls + 1;
  END;

  CREATE TABLE stretches (
    stretch INTEGER PRIMARY KEY,
    next INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE log_file (inode TEXT NOT NULL) STRICT;
  CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, request_id TEXT NOT NULL) STRICT;
`;

/**
 * FTS5's own words: runs of letters and digits, without case and accents. Measured with calls of 110 bytes: 11 µs and 108
 * bytes a record; trigrams, which find any part of a word, take 93 µs and 618 bytes, and a second for 16 KB of arguments.
 */
export const textsSchema = (n: number) =>
  `CREATE VIRTUAL TABLE IF NOT EXISTS ${textsOf(n)} USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  )`;
