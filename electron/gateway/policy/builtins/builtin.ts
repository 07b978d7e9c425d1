// What a builtin function is, and how most of them read their operands.
import { isArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../rego-value.ts';

/** Operands in, result out; undefined where OPA's own function would fail, which makes the expression undefined. */
export type Builtin = (...operands: RegoValue[]) => RegoValue | undefined;

/** Builtins by name, as entries of a map. */
export type Builtins = readonly (readonly [name: string, builtin: Builtin])[];

/** A builtin all of whose operands are strings; undefined for any other. */
export function onTexts(run: (...texts: string[]) => RegoValue | undefined): Builtin {
  return (...operands) =>
    operands.every((operand) => typeof operand === 'string') ? run(...operands) : undefined;
}

/** The elements of an array or a set, in order; undefined where it is neither. */
export function elementsOf(value: RegoValue | undefined): readonly RegoValue[] | undefined {
  if (value instanceof RegoSet) return value.items;
  return value !== undefined && value !== null && typeof value === 'object' && isArray(value)
    ? value
    : undefined;
}

/** The value of a string key; undefined where the object has no such key, or it is no object. */
export function member(value: RegoValue | undefined, name: string): RegoValue | undefined {
  return value instanceof RegoObject ? value.entries.find(([key]) => key === name)?.[1] : undefined;
}

export function objectOf(members: Readonly<Record<string, RegoValue>>): RegoObject {
  return new RegoObject(Object.entries(members));
}

/** Undefined where the value is not written as an integer, or JavaScript's numbers can't hold it. */
export function smallInteger(value: RegoValue | undefined): number | undefined {
  const number = value instanceof RegoNumber ? Number(value.integer ?? Number.NaN) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** @param value an integer */
export function regoInteger(value: number | bigint): RegoNumber {
  return new RegoNumber(BigInt(value));
}
