// Rego's json.patch: RFC 6902 on Rego's values, sets included (https://www.rfc-editor.org/rfc/rfc6902).
import { compareValues, isArray, RegoObject, RegoSet, type RegoValue } from '../rego-value.ts';
import { elementsOf, member } from './builtin.ts';

type Path = readonly RegoValue[];

/** Undefined where a patch can't be applied, or a test fails. */
export function jsonPatch(document: RegoValue, patches: RegoValue): RegoValue | undefined {
  if (patches === null || typeof patches !== 'object' || !isArray(patches)) return undefined;
  let patched: RegoValue | undefined = document;
  for (const patch of patches) {
    if (patched === undefined) return undefined;
    patched = apply(patched, patch);
  }
  return patched;
}

function apply(document: RegoValue, patch: RegoValue): RegoValue | undefined {
  const path = pathOf(member(patch, 'path'));
  const value = member(patch, 'value');
  if (path === undefined) return undefined;
  switch (member(patch, 'op')) {
    case 'add':
      return value === undefined ? undefined : add(document, path, value);
    case 'remove':
      return path.length === 0 ? undefined : remove(document, path);
    case 'replace':
      return value === undefined ? undefined : replace(document, path, value);
    case 'move': {
      const from = pathOf(member(patch, 'from'));
      const moved = from && find(document, from);
      if (from === undefined || moved === undefined) return undefined;
      // The whole can be moved nowhere but onto itself.
      if (from.length === 0) return path.length === 0 ? document : undefined;
      const without = remove(document, from);
      return without === undefined ? undefined : add(without, path, moved);
    }
    case 'copy': {
      const from = pathOf(member(patch, 'from'));
      const copied = from && find(document, from);
      return copied === undefined ? undefined : add(document, path, copied);
    }
    case 'test': {
      const found = find(document, path);
      const same = found !== undefined && value !== undefined && compareValues(found, value) === 0;
      return same ? document : undefined;
    }
    default:
      return undefined;
  }
}

/** A JSON pointer, whose first slash may be missing, or an array of keys. */
function pathOf(value: RegoValue | undefined): Path | undefined {
  if (typeof value !== 'string') {
    return value !== undefined && value !== null && typeof value === 'object' && isArray(value)
      ? value
      : undefined;
  }
  if (value === '') return [];
  return value
    .replace(/^\/+/u, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(document: RegoValue, path: Path): RegoValue | undefined {
  let found: RegoValue | undefined = document;
  for (const key of path) found = found === undefined ? undefined : child(found, key);
  return found;
}

function child(parent: RegoValue, key: RegoValue): RegoValue | undefined {
  if (parent instanceof RegoObject) return entryOf(parent, key)?.[1];
  if (parent instanceof RegoSet) return parent.items.find((item) => compareValues(item, key) === 0);
  const items = elementsOf(parent);
  const index = items && indexIn(key, items.length - 1);
  return index === undefined ? undefined : items?.[index];
}

function entryOf({ entries }: RegoObject, key: RegoValue) {
  return entries.find(([other]) => compareValues(other, key) === 0);
}

/** A number, or a string of digits without leading zeros, up to and including `last`. */
function indexIn(key: RegoValue, last: number): number | undefined {
  const text =
    typeof key === 'string' ? key : key !== null && typeof key === 'object' && 'text' in key ? key.text : '';
  if (!/^(?:0|[1-9]\d*)$/u.test(text)) return undefined;
  const index = Number(text);
  return index <= last ? index : undefined;
}

/** Changes what holds the last key of the path; undefined where there is no such place. */
function change(
  document: RegoValue,
  path: Path,
  edit: (parent: RegoValue, key: RegoValue) => RegoValue | undefined,
): RegoValue | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (rest.length === 0) return edit(document, key);
  const below = child(document, key);
  const changed = below === undefined ? undefined : change(below, rest, edit);
  return changed === undefined ? undefined : put(document, key, changed);
}

/** Puts another value where one stands. */
function put(parent: RegoValue, key: RegoValue, value: RegoValue): RegoValue | undefined {
  if (parent instanceof RegoObject) {
    return new RegoObject([
      ...parent.entries.filter(([other]) => compareValues(other, key) !== 0),
      [key, value],
    ]);
  }
  if (parent instanceof RegoSet) {
    return setOf([...parent.items.filter((item) => compareValues(item, key) !== 0), value]);
  }
  const items = elementsOf(parent);
  const index = items && indexIn(key, items.length - 1);
  return index === undefined ? undefined : items?.with(index, value);
}

function add(document: RegoValue, path: Path, value: RegoValue): RegoValue | undefined {
  if (path.length === 0) return value;
  return change(document, path, (parent, key) => {
    if (parent instanceof RegoObject) return put(parent, key, value);
    if (parent instanceof RegoSet) {
      // A set is indexed by its elements: what is added under a key must be that key.
      return compareValues(key, value) === 0 ? setOf([...parent.items, value]) : undefined;
    }
    const items = elementsOf(parent);
    const index = items && (key === '-' ? items.length : indexIn(key, items.length));
    return index === undefined ? undefined : items?.toSpliced(index, 0, value);
  });
}

function replace(document: RegoValue, path: Path, value: RegoValue): RegoValue | undefined {
  if (path.length === 0) return value;
  return change(document, path, (parent, key) =>
    child(parent, key) === undefined ? undefined : put(parent, key, value),
  );
}

function remove(document: RegoValue, path: Path): RegoValue | undefined {
  return change(document, path, (parent, key) => {
    if (child(parent, key) === undefined) return undefined;
    if (parent instanceof RegoObject) {
      return new RegoObject(parent.entries.filter(([other]) => compareValues(other, key) !== 0));
    }
    if (parent instanceof RegoSet) {
      return new RegoSet(parent.items.filter((item) => compareValues(item, key) !== 0));
    }
    const items = elementsOf(parent);
    const index = items && indexIn(key, items.length - 1);
    return index === undefined ? undefined : items?.toSpliced(index, 1);
  });
}

function setOf(items: readonly RegoValue[]): RegoSet {
  return new RegoSet(
    items.filter((item, index) => items.findIndex((other) => compareValues(item, other) === 0) === index),
  );
}
