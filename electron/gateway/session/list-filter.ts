// Takes items out of a list that a server answers with. All that stays is the bytes that came.
import { takeCensus } from '../wire/census.ts';
import { arrayElements, countMembersWritten, valueAt, withValues } from '../wire/json-spans.ts';
import { isMisread } from '../wire/member-names.ts';
import { isObject } from '../wire/json-object.ts';

/** Where a result has its list, and where the items of it have what they are called by. */
export interface ListShape {
  readonly member: string;
  readonly key: string;
}

export type Filtered =
  | { readonly ok: true; readonly bytes: Buffer; readonly hidden: number }
  /** It may hold items, and nobody can say which. */
  | { readonly ok: false; readonly why: string };

/** A client asks again for a list after so long at the latest, milliseconds. */
const LONGEST_TTL_MS = 60_000;

const resultKey = Buffer.from('result');

/**
 * The answer with the items alone that are shown; the very same buffer where that is all of them. Items that can't be
 * judged, because they have no name or one that clients could read otherwise, are hidden.
 */
export function filterList(
  answer: Buffer,
  { member, key }: ListShape,
  shows: (item: string) => boolean,
): Filtered {
  const message: unknown = JSON.parse(answer.toString());
  if (!isObject(message) || isMisread(message, 'result')) return unclear('result');
  const { result } = message;
  if (Array.isArray(result) && result.length > 0) return unclear('result');
  if (!isObject(result)) return { ok: true, bytes: answer, hidden: 0 };
  if (isMisread(result, member)) return unclear(member);
  const items = result[member] ?? [];
  if (!Array.isArray(items)) return unclear(member);

  // Of members with one name the last was read here. A client that reads the first is not to find another list there.
  const wholly = takeCensus(message).members === countMembersWritten(answer);
  const bytes = wholly ? answer : Buffer.from(JSON.stringify(message));
  const path = [resultKey, Buffer.from(member)];
  const spans = arrayElements(valueAt(bytes, path) ?? Buffer.from('[]'));
  const shown = spans.filter((_, index) => {
    const item: unknown = items[index];
    if (!isObject(item) || isMisread(item, key)) return false;
    const name = item[key];
    return typeof name === 'string' && shows(name);
  });
  const hidden = items.length - shown.length;
  return {
    ok: true,
    bytes: hidden === 0 ? bytes : withValues(bytes, [{ path, value: listOf(shown) }]),
    hidden,
  };
}

/**
 * The answer as one that belongs to this client alone, and not for long: what stands in it depends on who asks, and on
 * a policy that may change (MCP 2026-07-28, caching). Answers that say nothing of caches stay as they are.
 */
export function keptBriefly(answer: Buffer, result: unknown): Buffer {
  if (!isObject(result)) return answer;
  const { cacheScope, ttlMs } = result;
  const changes: [string, string][] = [];
  if (cacheScope !== undefined && cacheScope !== 'private') changes.push(['cacheScope', '"private"']);
  if (typeof ttlMs === 'number' && ttlMs > LONGEST_TTL_MS) changes.push(['ttlMs', String(LONGEST_TTL_MS)]);
  if (changes.length === 0) return answer;
  return withValues(
    answer,
    changes.map(([name, value]) => ({ path: [resultKey, Buffer.from(name)], value: Buffer.from(value) })),
  );
}

function listOf(elements: readonly Buffer[]): Buffer {
  const comma = Buffer.from(',');
  const pieces = elements.flatMap((element, index) => (index === 0 ? [element] : [comma, element]));
  return Buffer.concat([Buffer.from('['), ...pieces, Buffer.from(']')]);
}

function unclear(member: string): Filtered {
  return { ok: false, why: `its "${member}" can be read in several ways, or in none` };
}
