// Reads the tool calls of a period that were let through: what a policy can be learned from.
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { RecordedUse } from '../call.ts';
import { keptArgumentBytes } from './argument-text.ts';
import { readFacts } from './recorded-facts.ts';

interface Row {
  readonly id: number;
  readonly at: number;
  readonly server: string;
  readonly tool: string;
  readonly client: string;
  readonly clientVersion: string;
  readonly argumentsBytes: number | null;
  readonly arguments: string | null;
  readonly facts: string | null;
}

const rowsAtOnce = 200;

/** From the oldest on; `from` is part of the period (Unix milliseconds), `to` is not, null leaves it open. */
export function* recordedUses(
  database: Database,
  { from, to }: { readonly from: number | null; readonly to: number | null },
): Generator<RecordedUse> {
  const piece = database.prepare<[number, number, number, number], Row>(
    `SELECT id, at, server, tool, client, client_version AS clientVersion, arguments_bytes AS argumentsBytes, arguments,
       facts
     FROM calls
     WHERE id > ? AND at >= ? AND at < ? AND method = 'tools/call' AND allowed = 1 AND tool IS NOT NULL
     ORDER BY id LIMIT ?`,
  );
  let after = 0;
  for (;;) {
    const rows = piece.all(after, from ?? 0, to ?? Number.MAX_SAFE_INTEGER, rowsAtOnce);
    for (const row of rows) {
      const use = useOf(row);
      if (use !== null) yield use;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Null where it is not known any more which tool it was. */
function useOf({ id, at, server, tool, client, clientVersion, ...row }: Row): RecordedUse | null {
  const facts = row.facts === null ? null : readFacts(row.facts);
  if (facts?.masked === true) return null;
  return {
    id,
    at,
    server,
    tool,
    client: { name: client, version: clientVersion },
    clientId: facts?.clientId ?? null,
    arguments: facts?.redacted === true ? null : argumentsIn(row),
  };
}

function argumentsIn({
  arguments: json,
  argumentsBytes: bytes,
}: Pick<Row, 'arguments' | 'argumentsBytes'>): Record<string, unknown> | null {
  if (json === null || bytes === null || bytes > keptArgumentBytes) return null;
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(json)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
