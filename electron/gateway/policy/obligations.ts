// Reads what a policy wants done besides its decision. What can't be understood fails the whole decision: whoever wants
// something kept out of the log is not to find it there for a slip of the pen.
import type { Obligations } from '../call.ts';
import { isObject } from '../wire/json-object.ts';

export type ReadObligations =
  /** Null: there are none. */
  | { readonly ok: true; readonly obligations: Obligations | null }
  | { readonly ok: false; readonly why: string };

const known = ['log', 'alert', 'redact'];
/** Bounds on what a policy can make of each record and notification. */
const MOST_NOTES = 20;
const LONGEST_TEXT = 500;

/** @param value `obligations` of a decision: an object with `log`, `alert` and `redact`, each of which may be left out */
export function readObligations(value: unknown): ReadObligations {
  if (!isObject(value)) return misfit('`obligations` is not an object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) return misfit(`\`obligations\` has no member \`${unknown}\``);
  const { log = [], alert = null, redact = [] } = value;
  if (!Array.isArray(log) || log.length > MOST_NOTES || !log.every(isText)) {
    return misfit(`\`obligations.log\` is not a list of at most ${MOST_NOTES} texts`);
  }
  if (alert !== null && !isText(alert)) {
    return misfit('`obligations.alert` is not a text');
  }
  const paths = Array.isArray(redact) ? redact.map(pathOf) : [null];
  if (!paths.every((path) => path !== null)) {
    return misfit('`obligations.redact` is not a list of paths (`"auth.token"` or `["auth", "token"]`)');
  }
  if (log.length === 0 && alert === null && paths.length === 0) return { ok: true, obligations: null };
  return { ok: true, obligations: { log: log.map(bounded), alert: alert && bounded(alert), redact: paths } };
}

/** A list of names, or such a list written with dots. Null where it is neither. */
function pathOf(path: unknown): readonly string[] | null {
  const names = typeof path === 'string' ? path.split('.') : path;
  if (!Array.isArray(names) || names.length === 0) return null;
  return names.every((name): name is string => typeof name === 'string' && name !== '') ? names : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** What clients say, a tool's name for one, may stand in a text and be as long as they like. */
function bounded(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}

function misfit(why: string): ReadObligations {
  return { ok: false, why };
}
