// Runs supplied builtins and `opa eval` over the same operands, and gives what they return side by side.
import { suppliedBuiltins } from '../../../../../electron/gateway/policy/builtins/supplied.ts';
import { parseRegoValue } from '../../../../../electron/gateway/policy/rego-value-parser.ts';
import {
  compareValues,
  isArray,
  RegoNumber,
  RegoObject,
  RegoSet,
  serializeValue,
  type RegoValue,
} from '../../../../../electron/gateway/policy/rego-value.ts';
import { opaEval } from '../opa-eval.ts';

export interface Difference {
  readonly operands: string;
  readonly ours: string | undefined;
  readonly judged: string | undefined;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How often both were a value, and how often both were undefined: a test of nothing shows here. */
  readonly defined: number;
  readonly undefined: number;
}

/**
 * @param cases JSON texts of arrays of operands
 * @param arity how many of the operands the builtin takes
 */
export function compareWithOpa(builtin: string, arity: number, cases: readonly string[]): Comparison {
  const operands = Array.from({ length: arity }, (_, index) => `x[${index}]`).join(', ');
  // As text, so that numbers keep their digits and sets come as sorted arrays.
  const judged = opaEval(`json.marshal(${builtin}(${operands}))`, cases) as (string | undefined)[];
  const ours = cases.map((each) => run(builtin, each));
  const rows = cases.map((each, index) => ({
    operands: each,
    ours: ours[index],
    judged: normal(judged[index]),
  }));
  return {
    differences: rows.filter((row) => row.ours !== row.judged),
    defined: rows.filter((row) => row.judged !== undefined).length,
    undefined: rows.filter((row) => row.judged === undefined).length,
  };
}

/** What our builtin returns, as JSON with sets as arrays. */
export function run(builtin: string, operands: string): string | undefined {
  const supplied = suppliedBuiltins(() => ({ nowMs: 0, uuids: new Map() })).get(builtin);
  if (supplied === undefined) throw new Error(`${builtin} is not supplied`);
  const parsed = parseRegoValue(operands);
  const values = parsed !== null && typeof parsed === 'object' && isArray(parsed) ? parsed : [];
  const result = supplied(...values);
  return result === undefined ? undefined : serializeValue(plain(result));
}

function normal(json: string | undefined): string | undefined {
  return json === undefined ? undefined : serializeValue(plain(parseRegoValue(json)));
}

function plain(value: RegoValue): RegoValue {
  if (value instanceof RegoSet) return [...value.items].sort(compareValues).map(plain);
  if (value instanceof RegoObject)
    return new RegoObject(value.entries.map(([key, item]) => [key, plain(item)]));
  if (value instanceof RegoNumber || value === null || typeof value !== 'object') return value;
  return isArray(value) ? value.map(plain) : value;
}

/** All pairs of the values, as cases. */
export function pairs(values: readonly string[], others: readonly string[] = values): string[] {
  return values.flatMap((a) => others.map((b) => `[${a}, ${b}]`));
}
