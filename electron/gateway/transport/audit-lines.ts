// GET /api/audit: calls of the audit log as lines of JSON, for scripts that fetch what is new.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { LinesPage, LinesQuery } from '../../shared/audit-export.ts';
import { callFilter } from '../../shared/audit-search.ts';

export interface AuditLines {
  readonly lines: (query: LinesQuery) => Promise<LinesPage>;
  /** So many calls went to somebody over the network. */
  readonly onSent: (calls: number) => void;
}

const linesAtOnce = 200;

/** What stands in the address is text, or several of the same name. */
const numberText = z.string().regex(/^\d+$/u, 'a whole number').transform(Number);
const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');

const lists = [
  'clients',
  'agents',
  'servers',
  'tools',
  'methods',
  'rules',
  'sessions',
  'reasons',
  'statuses',
  'decisions',
] as const;

const parameters = z
  .strictObject({
    text: z.string().optional(),
    ...Object.fromEntries(lists.map((name) => [name, z.array(z.string()).optional()])),
    from: numberText.optional(),
    to: numberText.optional(),
    minLatencyMicros: numberText.optional(),
    redacted: flagText.optional(),
    alerted: flagText.optional(),
    /** Only records with an id above this one: that of the last line that somebody has. */
    after: numberText.default(0),
    limit: numberText.pipe(z.int().min(1).max(100_000)).default(1000),
  })
  .transform(({ after, limit, ...filter }) => ({ after, limit, filter }))
  .pipe(z.object({ after: z.int(), limit: z.int(), filter: callFilter }));
type LinesRequest = z.output<typeof parameters>;

/** @returns what is asked for, or what is wrong with it, for people */
export function readLinesRequest(query: URLSearchParams): LinesRequest | { readonly wrong: string } {
  const isList = (name: string) => (lists as readonly string[]).includes(name);
  const given = [...new Set(query.keys())].map((name) => {
    const values = query.getAll(name);
    return [name, isList(name) ? values : values.length === 1 ? values[0] : values] as const;
  });
  const read = parameters.safeParse(Object.fromEntries(given));
  return read.success ? read.data : { wrong: z.prettifyError(read.error) };
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
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
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
