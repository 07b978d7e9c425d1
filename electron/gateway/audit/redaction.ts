// Takes values out of the arguments that are recorded. Every other byte stays as it came.
import { arrayElements, objectMembers, skipSpace } from '../wire/json-spans.ts';
import { spliced } from '../wire/json-splice.ts';
import { foldedName } from '../wire/member-names.ts';

/** What stands in the place of a value. */
export const REDACTED = '[redacted]';
/** Any name. */
const ANY = '*';

const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * Errs on the side of too little in the log: names are the same whatever their case, and an array on the way stands for
 * each of its elements.
 * @param json valid JSON
 * @param paths each the names that lead to a value; `*` is any name, and no names at all are the whole
 */
export function redacted(json: Buffer, paths: readonly (readonly string[])[]): Buffer {
  const value = json.subarray(skipSpace(json, 0));
  const found = paths.flatMap((path) =>
    valuesAt(
      value,
      path.map((name) => foldedName(name)),
    ),
  );
  return spliced(
    json,
    outermost(found).map((old) => ({ old, value: REDACTED })),
  );
}

/** The values to which the path leads, as views into the text. */
function valuesAt(json: Buffer, path: readonly string[]): Buffer[] {
  const [name, ...rest] = path;
  if (name === undefined) return [json];
  if (json[0] === openBracket) return arrayElements(json).flatMap((element) => valuesAt(element, path));
  if (json[0] !== openBrace) return [];
  return objectMembers(json)
    .filter(([key]) => name === ANY || foldedName(key) === name)
    .flatMap(([, member]) => valuesAt(member, rest));
}

/** Without those that lie in another one, or are found twice. */
function outermost(views: readonly Buffer[]): Buffer[] {
  const kept: Buffer[] = [];
  let end = -1;
  for (const view of views.toSorted((a, b) => a.byteOffset - b.byteOffset || b.length - a.length)) {
    if (view.byteOffset < end) continue;
    kept.push(view);
    end = view.byteOffset + view.length;
  }
  return kept;
}
