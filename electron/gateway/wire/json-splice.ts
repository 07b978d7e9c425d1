// Changes single values in JSON text, and leaves every other byte of it as it came.
import { arrayElements, valueAt, withValues } from './json-spans.ts';

type Path = readonly string[];

/** The bytes of the value at this path of members; a view into the text. Null where there is none. */
export function viewOf(json: Buffer, path: Path): Buffer | null {
  return valueAt(
    json,
    path.map((name) => Buffer.from(name)),
  );
}

/** The elements of the array at this path, each as such a view; none where there is no array. */
export function elementsOf(json: Buffer, path: Path): Buffer[] {
  const array = viewOf(json, path);
  return array?.[0] === 0x5b ? arrayElements(array) : [];
}

/** The text with another value in this place, if it has it. */
export function withValue(json: Buffer, path: Path, value: unknown): Buffer {
  return withValues(json, [
    { path: path.map((name) => Buffer.from(name)), value: Buffer.from(JSON.stringify(value)) },
  ]);
}

export interface Edit {
  /** What is replaced: a view into the text. */
  readonly old: Buffer;
  /** What is written there instead, as JSON. */
  readonly value: unknown;
}

/** The text with other values in the places of these; the very same buffer where there are none. */
export function spliced(json: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return json;
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const { old, value } of edits.toSorted((a, b) => a.old.byteOffset - b.old.byteOffset)) {
    const start = old.byteOffset - json.byteOffset;
    pieces.push(json.subarray(copied, start), Buffer.from(JSON.stringify(value)));
    copied = start + old.length;
  }
  return Buffer.concat([...pieces, json.subarray(copied)]);
}
