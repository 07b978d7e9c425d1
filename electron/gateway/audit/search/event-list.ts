// Lists what the log has besides calls. Events are few, so that they need no index.
import type { Database } from 'better-sqlite3';
import type { z } from 'zod';
import type { eventSearch, LoggedEvent, LoggedEvents } from '../../../shared/audit-search.ts';

const columns = 'seq AS id, at, kind, actor AS "by", subject, details';

export function listEvents(log: Database, query: z.output<typeof eventSearch>): LoggedEvents {
  const { text, from, to, kinds, before, after, limit } = query;
  const conditions: string[] = ['true'];
  const values: unknown[] = [];
  const where = (condition: string, ...of: unknown[]) => {
    conditions.push(condition);
    values.push(...of);
  };
  if (before !== undefined) where('seq < ?', before);
  if (after !== undefined) where('seq > ?', after);
  if (from !== undefined) where('at >= ?', from);
  if (to !== undefined) where('at < ?', to);
  if (kinds.length > 0) where('kind IN (SELECT value FROM json_each(?))', JSON.stringify(kinds));
  for (const word of text.split(/\s+/u).filter((part) => part !== '')) {
    const pattern = `%${word.replaceAll(/[\\%_]/gu, String.raw`\$&`)}%`;
    where(String.raw`concat_ws(char(10), kind, subject, details) LIKE ? ESCAPE '\'`, pattern);
  }
  const events = log
    .prepare<unknown[], LoggedEvent>(
      `SELECT ${columns} FROM events WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`,
    )
    .all(...values, limit + 1);
  return {
    events: events.slice(0, limit),
    more: events.length > limit,
    kinds: log.prepare<[], string>('SELECT DISTINCT kind FROM events ORDER BY kind').pluck().all(),
  };
}

/** Those of a time (Unix milliseconds, both ends included), oldest first; of too many the newest ones. */
export function eventsDuring(log: Database, from: number, to: number, most: number): LoggedEvent[] {
  return log
    .prepare<[number, number, number], LoggedEvent>(
      `SELECT ${columns} FROM events WHERE at BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?`,
    )
    .all(from, to, most)
    .reverse();
}
