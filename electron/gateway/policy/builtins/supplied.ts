// The builtin functions that compiled policies call out for, because WebAssembly has them not.
import type { RegoValue } from '../rego-value.ts';
import { objectSubset } from './object-subset.ts';
import { regoSprintf } from './sprintf.ts';
import { anyPrefixMatch, anySuffixMatch } from './strings.ts';
import { clock, date, nowNanos, parseRfc3339Nanos, weekday } from './time.ts';

/** Operands in, result out; undefined where OPA's own function would fail, which makes the expression undefined. */
export type Builtin = (...operands: RegoValue[]) => RegoValue | undefined;

/**
 * Each agrees with `opa eval` (test/unit/gateway/policy/builtins). Not among them, for a reason: `http.send`, since
 * a decision must not wait for a network; `regex.replace` and `regex.split`, since JavaScript's expressions can run
 * for seconds where OPA's can't.
 * @param nowMs time of the call under decision, Unix milliseconds
 */
export function suppliedBuiltins(nowMs: () => number): ReadonlyMap<string, Builtin> {
  return new Map<string, Builtin>([
    ['object.subset', (whole = null, part = null) => objectSubset(whole, part)],
    ['sprintf', (format = null, values = null) => regoSprintf(format, values)],
    ['strings.any_prefix_match', (strings = null, prefixes = null) => anyPrefixMatch(strings, prefixes)],
    ['strings.any_suffix_match', (strings = null, suffixes = null) => anySuffixMatch(strings, suffixes)],
    ['time.clock', (operand = null) => clock(operand)],
    ['time.date', (operand = null) => date(operand)],
    ['time.now_ns', () => nowNanos(nowMs())],
    ['time.parse_rfc3339_ns', (text = null) => parseRfc3339Nanos(text)],
    ['time.weekday', (operand = null) => weekday(operand)],
  ]);
}
