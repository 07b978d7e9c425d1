// The builtin functions that compiled policies call out for, because WebAssembly has them not.
import { onTexts, regoInteger, type Builtin } from './builtin.ts';
import { cidrBuiltins } from './cidr.ts';
import { cryptoBuiltins } from './crypto.ts';
import { jsonPatch } from './json-patch.ts';
import { createJwtBuiltins } from './jwt.ts';
import { numberBuiltins } from './numbers.ts';
import { objectSubset } from './object-subset.ts';
import { createRegexBuiltins } from './regex.ts';
import { semverBuiltins } from './semver.ts';
import { regoSprintf } from './sprintf.ts';
import { stringBuiltins } from './strings.ts';
import { spanBuiltins } from './time-parts.ts';
import { formatTime } from './time-format.ts';
import { parseNanos } from './time-parse.ts';
import { clock, date, nanosOf, parseRfc3339Nanos, weekday } from './time.ts';
import { uriBuiltins } from './uri.ts';
import { urlQueryBuiltins } from './url-query.ts';
import { parseUuid, uuidFor } from './uuid.ts';

/** What stays the same throughout one evaluation. */
export interface Evaluation {
  /** Time of the call under decision, Unix milliseconds. */
  readonly nowMs: number;
  /** UUIDs that were made in it, by the policy's keys. */
  readonly uuids: Map<string, string>;
}

/**
 * Each agrees with `opa eval` (test/unit/gateway/policy/builtins). Why others are refused: refused.ts.
 * @param current the evaluation that is running
 */
export function suppliedBuiltins(current: () => Evaluation): ReadonlyMap<string, Builtin> {
  return new Map<string, Builtin>([
    ...cidrBuiltins,
    ...cryptoBuiltins,
    ...createJwtBuiltins(() => nanosOf(current().nowMs)),
    ...numberBuiltins,
    ...createRegexBuiltins(),
    ...semverBuiltins,
    ...spanBuiltins,
    ...stringBuiltins,
    ...uriBuiltins,
    ...urlQueryBuiltins,
    ['json.patch', (document = null, patches = null) => jsonPatch(document, patches)],
    ['object.subset', (whole = null, part = null) => objectSubset(whole, part)],
    ['sprintf', (format = null, values = null) => regoSprintf(format, values)],
    ['time.clock', (operand = null) => clock(operand)],
    ['time.date', (operand = null) => date(operand)],
    ['time.format', (operand = null) => formatTime(operand)],
    ['time.now_ns', () => regoInteger(nanosOf(current().nowMs))],
    ['time.parse_ns', onTexts((layout = '', text = '') => parseNanos(layout, text))],
    ['time.parse_rfc3339_ns', (text = null) => parseRfc3339Nanos(text)],
    ['time.weekday', (operand = null) => weekday(operand)],
    // What a policy traces is for `opa eval --explain`; it has no effect on a decision.
    ['trace', (note) => (typeof note === 'string' ? true : undefined)],
    ['uuid.parse', parseUuid],
    ['uuid.rfc4122', (key = null) => uuidFor(current().uuids)(key)],
  ]);
}
