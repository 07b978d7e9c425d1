// GET /api/audit: calls of the audit log as lines of JSON, for scripts that fetch what is new.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { LinesPage, LinesQuery } from '../../shared/audit-export.ts';
import { callFilter, type CallFilter } from '../../shared/audit-search.ts';

export interface AuditLines {
  readonly lines: (query: LinesQuery) => Promise<LinesPage>;
  /** So many calls were read over the network. */
  readonly onSent: (calls: number) => void;
}

const linesAtOnce = 200;

/** How it stands in the description of the admin API. The query has the members of the filter; lists repeat the name. */
export const auditLines = {
  name: 'audit.lines',
  method: 'GET',
  path: '/api/audit',
  summary: 'Calls with all that is recorded of them, oldest first: one object in JSON on each line.',
  mediaType: 'application/x-ndjson',
  input: callFilter
    .extend({
      /** Only records with an id above this one: that of the last line that somebody has. */
      after: z.int().min(0).default(0),
      limit: z.int().min(1).max(100_000).default(1000),
    })
    .strict(),
} as const;
interface LinesRequest {
  readonly after: number;
  readonly limit: number;
  readonly filter: CallFilter;
}

/** What stands in the address is text, or several of the same name. */
const { properties: memberTypes } = z
  .object({ properties: z.record(z.string(), z.object({ type: z.string() })) })
  .parse(z.toJSONSchema(auditLines.input, { io: 'input' }));

/** @returns what is asked for, or what is wrong with it, for people */
export function readLinesRequest(query: URLSearchParams): LinesRequest | { readonly wrong: string } {
  const given = [...new Set(query.keys())].map((name) => [name, memberIn(name, query.getAll(name))] as const);
  const read = auditLines.input.safeParse(Object.fromEntries(given));
  if (!read.success) return { wrong: z.prettifyError(read.error) };
  const { after, limit, ...filter } = read.data;
  return { after, limit, filter };
}

/** What is not written as its type has it stays text, and is refused for that. */
function memberIn(name: string, values: readonly string[]): unknown {
  const type = memberTypes[name]?.type;
  const [text = ''] = values;
  if (type === 'array' || values.length > 1) return values;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return (type === 'integer' || type === 'number') && /^\d+$/u.test(text) ? Number(text) : text;
}

/** Answers, oldest call first. Reads on only as fast as the client does, and not at all once it is gone. */
export async function sendAuditLines(
  { lines, onSent }: AuditLines,
  { filter, after, limit }: LinesRequest,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let sent = 0;
  let behind: number | null = after;
  while (behind !== null && sent < limit) {
    const page = await lines({ filter, after: behind, limit: Math.min(linesAtOnce, limit - sent) });
    if (gone.signal.aborted) break;
    // Not before the first page: until then there may be another answer.
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': auditLines.mediaType, 'cache-control': 'no-store' });
    }
    sent += page.lines.length;
    behind = page.after;
    const text = page.lines.map((line) => `${line}\n`).join('');
    if (text !== '' && !response.write(text)) await drained(response, gone.signal);
  }
  if (sent > 0) onSent(sent);
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch (error) {
    // The client has gone: there is nobody to write for.
    if (!signal.aborted) throw error;
  }
}
