// Rego's sprintf: which of Go's types each Rego value becomes, as OPA does it.
import { isArray, printValue, RegoNumber, type RegoValue } from '../rego-value.ts';
import { sprintf } from './go-format.ts';
import type { GoValue } from './go-verbs.ts';

/** Undefined where the operands are of the wrong kind. */
export function regoSprintf(format: RegoValue, values: RegoValue): RegoValue | undefined {
  if (typeof format !== 'string' || values === null || typeof values !== 'object' || !isArray(values)) {
    return undefined;
  }
  return sprintf(format, values.map(toGo));
}

/** Integers, floats and strings stay what they are; all else is text, also a number such as `1e6`. */
function toGo(value: RegoValue): GoValue {
  if (typeof value === 'string') return value;
  if (value instanceof RegoNumber) {
    return value.integer ?? (value.text.includes('.') ? Number(value.text) : value.text);
  }
  return printValue(value);
}
