// A page of calls as lines of JSON, for whoever fetches the log over HTTP.
import type { Database } from 'better-sqlite3';
import type { LinesPage, LinesQuery } from '../../../shared/audit-export.ts';
import type { AskParts } from '../search/ask-parts.ts';
import { listCalls } from '../search/call-list.ts';
import { createCallReader } from './exported-call.ts';
import { jsonOf } from './json-lines.ts';

export async function linesOfCalls(
  askParts: AskParts,
  log: Database,
  query: LinesQuery,
  signal: AbortSignal,
): Promise<LinesPage> {
  const { calls, cursor, through } = await listCalls(askParts, log, { ...query, sort: 'oldest' }, signal);
  const ids = calls.map(({ id }) => id);
  return {
    lines: createCallReader(log)(ids).map(jsonOf),
    after: cursor === null ? null : (ids.at(-1) ?? null),
    through,
  };
}
