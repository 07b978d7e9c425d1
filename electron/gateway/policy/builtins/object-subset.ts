// Rego's object.subset: whether an object, set or array contains another.
import { compareValues, isArray, RegoObject, RegoSet, type RegoValue } from '../rego-value.ts';

/** Undefined where the operands can't be compared in this way. */
export function objectSubset(whole: RegoValue, part: RegoValue): boolean | undefined {
  if (whole instanceof RegoObject && part instanceof RegoObject) return objectContains(whole, part);
  if (whole instanceof RegoSet && part instanceof RegoSet)
    return part.items.every((item) => has(whole.items, item));
  const list = listOf(whole);
  if (list === undefined) return undefined;
  // OPA counts elements of the array that are in the set, until as many were seen as the set has.
  if (part instanceof RegoSet) {
    const matched = list.filter((item) => has(part.items, item)).length;
    return list.length > 0 && matched >= part.items.length;
  }
  const run = listOf(part);
  return run && containsRun(list, run);
}

/** Values that are both objects, sets or arrays are compared in the same way again; others must be equal. */
function objectContains(whole: RegoObject, part: RegoObject): boolean {
  return part.entries.every(([key, value]) => {
    const found = whole.entries.find(([other]) => compareValues(key, other) === 0);
    if (found === undefined) return false;
    const [, other] = found;
    if (compareValues(other, value) === 0) return true;
    if (listOf(other) !== undefined && value instanceof RegoSet) return false;
    return objectSubset(other, value) === true;
  });
}

/** Whether the run stands in the list without gaps. */
function containsRun(list: readonly RegoValue[], run: readonly RegoValue[]): boolean {
  let start = 0;
  let matched = 0;
  for (;;) {
    const expected = run[matched];
    if (expected === undefined) return run.length <= list.length;
    const item = list[start + matched];
    if (item === undefined) return false;
    if (compareValues(item, expected) === 0) matched += 1;
    else {
      start += 1;
      matched = 0;
    }
  }
}

function has(items: readonly RegoValue[], wanted: RegoValue): boolean {
  return items.some((item) => compareValues(item, wanted) === 0);
}

function listOf(value: RegoValue): readonly RegoValue[] | undefined {
  return value !== null && typeof value === 'object' && isArray(value) ? value : undefined;
}
