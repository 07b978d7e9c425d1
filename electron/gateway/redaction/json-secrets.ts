// Finds secrets in JSON text by the names of members and by the form of texts; every other byte is left as it came.
import { skipSpace, skipValue } from '../wire/json-spans.ts';
import type { SecretNameFinder } from './secret-names.ts';

/** A value in the text, and what is to stand there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** JSON. */
  readonly json: string;
}

export interface SecretSearch {
  readonly nameOf: SecretNameFinder;
  /** A text without its secrets; the same text where it has none. */
  readonly words: (text: string) => string;
  /** What stands for a whole value. */
  readonly mark: (kind: string, value: Buffer) => string;
}

const quote = 0x22;
const colon = 0x3a;
const minus = 0x2d;
const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * In the order of the text.
 * @param json valid JSON
 * @param until values that begin before this position are looked at, and texts no further than this
 */
export function secretsIn(json: Buffer, until: number, { nameOf, words, mark }: SecretSearch): Edit[] {
  const edits: Edit[] = [];
  let i = 0;
  while (i < until) {
    if (json[i] !== quote) {
      i += 1;
      continue;
    }
    const end = skipValue(json, i);
    const next = skipSpace(json, end);
    const text = textAt(json, i, Math.min(end, until));
    const kind = json[next] === colon ? nameOf(text) : null;
    if (kind === null) {
      const kept = words(text);
      if (kept !== text) edits.push({ start: i, end, json: JSON.stringify(kept) });
      i = end;
      continue;
    }
    i = skipSpace(json, next + 1);
    const valueEnd = skipValue(json, i);
    if (!holdsSomething(json, i, valueEnd)) continue;
    edits.push({ start: i, end: valueEnd, json: JSON.stringify(mark(kind, json.subarray(i, valueEnd))) });
    i = valueEnd;
  }
  return edits;
}

/** The first of those that overlap, which is the outermost. */
export function inOrder(edits: readonly Edit[]): Edit[] {
  const kept: Edit[] = [];
  let end = -1;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.start < end) continue;
    kept.push(edit);
    end = edit.end;
  }
  return kept;
}

/** The first `length` bytes of the text with these edits, which must not overlap. */
export function edited(json: Buffer, edits: readonly Edit[], length: number): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const { start, end, json: replacement } of edits) {
    if (start >= length) break;
    pieces.push(json.subarray(copied, start), Buffer.from(replacement));
    copied = end;
  }
  if (copied === 0) return json.subarray(0, length);
  return Buffer.concat([...pieces, json.subarray(copied, Math.max(copied, length))]);
}

/** What the text from quote to quote says; the last quote, and more, may be missing. */
function textAt(json: Buffer, start: number, end: number): string {
  const isWhole = end - start >= 2 && json[end - 1] === quote;
  const written = json.toString('utf8', start + 1, isWhole ? end - 1 : end);
  if (!written.includes('\\')) return written;
  return decoded(written) ?? decoded(written.replace(/\\(?:u[\dA-Fa-f]{0,3})?$/u, '')) ?? written;
}

function decoded(written: string): string | null {
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Neither `true`, `false`, `null` nor something empty. */
function holdsSomething(json: Buffer, start: number, end: number): boolean {
  const first = json[start] ?? 0;
  if (first === quote || first === openBrace || first === openBracket) {
    return skipSpace(json, start + 1) < end - 1;
  }
  return first === minus || (first >= 0x30 && first <= 0x39);
}
