// A filter as an index can be asked for it: by shapes, by sessions, by what stands in each entry, and by words.
import type { z } from 'zod';
import type { callFilter } from '../../../shared/audit-search.ts';
import type { IndexDatabase } from './index-database.ts';
import { matchExpression } from './search-text.ts';

type Filter = z.output<typeof callFilter>;

interface ConditionValues {
  readonly shapes: string;
  readonly sessions: string;
  readonly from: number;
  readonly to: number;
  readonly minLatency: number;
  readonly match: string | null;
}

export interface Conditions {
  /** The shapes that it means; null: all of them. */
  readonly shapes: readonly number[] | null;
  /** The sessions that it means; null: all of them. */
  readonly sessions: readonly number[] | null;
  /** Unix milliseconds; -Infinity and Infinity where they are open. */
  readonly from: number;
  readonly to: number;
  /** -1: whatever it is. */
  readonly minLatency: number;
  /** An expression of FTS5; null: no words. */
  readonly match: string | null;
  /** For SQL over `entries`: what of the above the rows have to be held against, always the same parameters. */
  readonly sql: string;
  readonly values: ConditionValues;
}

/** The lists of names and their columns. */
const lists = [
  ['clients', 'client'],
  ['agents', 'agent'],
  ['servers', 'server'],
  ['tools', 'tool'],
  ['methods', 'method'],
  ['rules', 'rule'],
  ['reasons', 'reason'],
  ['statuses', 'status'],
] as const;

/** What a filter means in this index: its numbers for shapes and sessions are its own. */
export function conditionsOf(database: IndexDatabase, filter: Filter): Conditions {
  const shapes = shapesOf(database, filter);
  const sessions = sessionsOf(database, filter);
  const { from = -Infinity, to = Infinity, minLatencyMicros = -1 } = filter;
  const sql = [
    ...(shapes === null ? [] : ['+entries.shape IN (SELECT value FROM json_each(@shapes))']),
    ...(sessions === null ? [] : ['+entries.session IN (SELECT value FROM json_each(@sessions))']),
    ...(from === -Infinity ? [] : ['entries.at >= @from']),
    ...(to === Infinity ? [] : ['entries.at < @to']),
    ...(minLatencyMicros === -1 ? [] : ['+entries.latency >= @minLatency']),
  ];
  const match = matchExpression(filter.text);
  return {
    shapes,
    sessions,
    from,
    to,
    minLatency: minLatencyMicros,
    match,
    sql: sql.map((condition) => ` AND ${condition}`).join(''),
    values: {
      shapes: JSON.stringify(shapes ?? []),
      sessions: JSON.stringify(sessions ?? []),
      from,
      to,
      minLatency: minLatencyMicros,
      match,
    },
  };
}

function shapesOf(database: IndexDatabase, filter: Filter): number[] | null {
  const conditions: string[] = [];
  const values: string[] = [];
  const among = (column: string, wanted: readonly string[]) => {
    values.push(JSON.stringify(wanted));
    return `${column} IN (SELECT value FROM json_each(?))`;
  };
  for (const [list, column] of lists) {
    if (filter[list].length > 0) conditions.push(among(column, filter[list]));
  }
  if (filter.decisions.length > 0) {
    const asked = filter.decisions.includes('asked') ? ' OR asked = 1' : '';
    conditions.push(`(${among('decision', filter.decisions)}${asked})`);
  }
  for (const flag of ['redacted', 'alerted'] as const) {
    const wanted = filter[flag];
    if (wanted !== undefined) conditions.push(`${flag} = ${wanted ? 1 : 0}`);
  }
  if (conditions.length === 0) return null;
  return database
    .prepare<string[], number>(`SELECT id FROM shapes WHERE ${conditions.join(' AND ')}`)
    .pluck()
    .all(...values);
}

function sessionsOf(database: IndexDatabase, { sessions }: Filter): number[] | null {
  if (sessions.length === 0) return null;
  return database
    .prepare<[string], number>('SELECT id FROM sessions WHERE name IN (SELECT value FROM json_each(?))')
    .pluck()
    .all(JSON.stringify(sessions));
}
