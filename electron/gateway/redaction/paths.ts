// Finds the values to which paths of names lead, in JSON text.
import { arrayElements, objectMembers, skipSpace } from '../wire/json-spans.ts';
import { foldedName } from '../wire/member-names.ts';

/** Any name. */
const ANY = '*';

const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * The values as views into the text. Errs on the side of finding more: names are the same whatever their case, and an
 * array on the way stands for each of its elements.
 * @param json valid JSON
 * @param paths each the names that lead to a value; `*` is any name, and no names at all are the whole
 */
export function valuesAtPaths(json: Buffer, paths: readonly (readonly string[])[]): Buffer[] {
  const value = json.subarray(skipSpace(json, 0));
  return paths.flatMap((path) =>
    valuesAt(
      value,
      path.map((name) => foldedName(name)),
    ),
  );
}

function valuesAt(json: Buffer, path: readonly string[]): Buffer[] {
  const [name, ...rest] = path;
  if (name === undefined) return [json];
  if (json[0] === openBracket) return arrayElements(json).flatMap((element) => valuesAt(element, path));
  if (json[0] !== openBrace) return [];
  return objectMembers(json)
    .filter(([key]) => name === ANY || foldedName(key) === name)
    .flatMap(([, member]) => valuesAt(member, rest));
}
