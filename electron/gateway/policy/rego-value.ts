// Rego's values, as compiled policies pass them to builtin functions: JSON, and beside it sets and objects with
// keys of any kind.
import { quoteGo } from './builtins/go-quote.ts';

/** Keeps the digits as they were written, because Rego's numbers have no limit of size or precision. */
export class RegoNumber {
  readonly text: string;

  constructor(text: string | bigint) {
    this.text = String(text);
  }

  /** null where the number was not written as an integer. */
  get integer(): bigint | null {
    return /^-?\d+$/u.test(this.text) ? BigInt(this.text) : null;
  }
}

export class RegoSet {
  readonly items: readonly RegoValue[];

  constructor(items: readonly RegoValue[]) {
    this.items = items;
  }
}

export class RegoObject {
  readonly entries: readonly (readonly [RegoValue, RegoValue])[];

  constructor(entries: readonly (readonly [RegoValue, RegoValue])[]) {
    this.entries = entries;
  }
}

export type RegoValue = null | boolean | string | RegoNumber | readonly RegoValue[] | RegoSet | RegoObject;

/** `Array.isArray` does not narrow readonly arrays. */
export function isArray(value: RegoValue): value is readonly RegoValue[] {
  return Array.isArray(value);
}

/** As Go prints it (`sprintf("%v", …)` inside of a composite): sorted, strings quoted. */
export function printValue(value: RegoValue): string {
  return write(value, quoteGo);
}

/** In the form that `opa_value_parse` reads. */
export function serializeValue(value: RegoValue): string {
  return write(value, JSON.stringify);
}

function write(value: RegoValue, quote: (text: string) => string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (value instanceof RegoNumber) return value.text;
  const list = (values: readonly RegoValue[]) => values.map((item) => write(item, quote)).join(', ');
  if (value instanceof RegoSet) {
    return value.items.length === 0 ? 'set()' : `{${list([...value.items].sort(compareValues))}}`;
  }
  if (value instanceof RegoObject) {
    const entries = [...value.entries].sort(([a], [b]) => compareValues(a, b));
    return `{${entries.map(([key, item]) => `${write(key, quote)}: ${write(item, quote)}`).join(', ')}}`;
  }
  return `[${list(value)}]`;
}

/** Rego's order over all values: null, booleans, numbers, strings, arrays, objects, sets. */
export function compareValues(a: RegoValue, b: RegoValue): number {
  const byKind = kind(a) - kind(b);
  if (byKind !== 0) return byKind;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof RegoNumber && b instanceof RegoNumber) return compareNumbers(a, b);
  return compareLists(contents(a), contents(b));
}

function kind(value: RegoValue): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (value instanceof RegoNumber) return 2;
  if (typeof value === 'string') return 3;
  if (value instanceof RegoObject) return 5;
  return value instanceof RegoSet ? 6 : 4;
}

function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  const [x, y] = [a.integer ?? Number(a.text), b.integer ?? Number(b.text)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The parts of a composite in the order in which they are compared; objects alternate keys and values. */
function contents(value: RegoValue): readonly RegoValue[] {
  if (value instanceof RegoSet) return [...value.items].sort(compareValues);
  if (value instanceof RegoObject) return [...value.entries].sort(([a], [b]) => compareValues(a, b)).flat();
  return value !== null && typeof value === 'object' && isArray(value) ? value : [];
}

function compareLists(a: readonly RegoValue[], b: readonly RegoValue[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareValues(item, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
