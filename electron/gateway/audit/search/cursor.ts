// Where a page of calls ended, as text that means nothing to whoever keeps it.
import { z } from 'zod';
import { type CallSort, callSort } from '../../../shared/audit-search.ts';
import { CommandError } from '../../../shared/rpc.ts';
import type { Place } from './find-entries.ts';

const contents = z.tuple([callSort, z.number(), z.number()]);

export function encodeCursor(sort: CallSort, { key, id }: Place): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** @throws CommandError `bad_cursor`: it is of another list, or none at all */
export function decodeCursor(cursor: string | undefined, sort: CallSort): Place | null {
  if (cursor === undefined) return null;
  const read = contents.safeParse(parsed(Buffer.from(cursor, 'base64url').toString()));
  if (!read.success || read.data[0] !== sort) {
    throw new CommandError('bad_cursor', 'The cursor is of another list: begin with the first page');
  }
  const [, key, id] = read.data;
  return { key, id };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
