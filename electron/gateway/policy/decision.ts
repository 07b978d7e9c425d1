// Reads a decision out of whatever a policy returned. What can't be understood is a denial.
//
// Written by hand and not with Zod: what counts as an answer differs by form and by how Rego made its sets, which a
// schema could only precede, and every call crosses this edge.
import type { Decision } from '../call.ts';
import { readObligations } from './obligations.ts';
import { isObject } from '../wire/json-object.ts';

/** How a policy speaks: by one `decision` object, or by the rules `allow`, `deny` and `violations` of its package. */
export type PolicyForm =
  | { readonly kind: 'decision' }
  /** A package without an `allow` rule says only what is denied, and allows the rest. */
  | { readonly kind: 'rules'; readonly declaresAllow: boolean };

/** A denial that the engine makes by itself; `rule` is what the audit log names. */
export function denial(
  rule: 'invalid_decision' | 'evaluation_error' | 'policy_unavailable',
  why: string,
): Decision {
  return {
    allow: false,
    ask: false,
    violations: [why],
    matchedRule: rule,
    requiredCapability: null,
    message: null,
  };
}

/** @param results What the evaluation returned: one element with a `result`, or none where it is undefined. */
export function readDecision(results: unknown, form: PolicyForm): Decision {
  const result: unknown = Array.isArray(results) && isObject(results[0]) ? results[0].result : undefined;
  if (result === undefined) return invalid('it is undefined for this call');
  if (!isObject(result)) return invalid('it is not an object');
  return form.kind === 'decision' ? ofDecision(result) : ofRules(result, form.declaresAllow);
}

function ofDecision(decision: Fields): Decision {
  const { allow, ask = false } = decision;
  if (typeof allow !== 'boolean') return invalid('`allow` is not a boolean');
  if (typeof ask !== 'boolean') return invalid('`ask` is not a boolean');
  const violations = sentences(decision.violations);
  if (violations === null) return invalid('`violations` is neither a set nor a list nor an object');
  const matchedRule = optionalText(decision.matched_rule);
  if (matchedRule === undefined) return invalid('`matched_rule` is not a string');
  const requiredCapability = optionalText(decision.required_capability);
  if (requiredCapability === undefined) return invalid('`required_capability` is not a string');
  const message = optionalText(decision.message);
  if (message === undefined) return invalid('`message` is not a string');
  const decided = { allow, ask, violations, matchedRule, requiredCapability, message };
  if (decision.obligations === undefined) return decided;
  const read = readObligations(decision.obligations);
  // What was to be kept out of the log is not known: nothing of the arguments gets there.
  if (!read.ok) return { ...invalid(read.why), obligations: { log: [], alert: null, redact: [[]] } };
  return read.obligations === null ? decided : { ...decided, obligations: read.obligations };
}

function ofRules(rules: Fields, declaresAllow: boolean): Decision {
  const { allow = !declaresAllow } = rules;
  if (typeof allow !== 'boolean') return invalid('`allow` is not a boolean');
  const denied = denials(rules.deny);
  if (denied === null) return invalid('`deny` is neither a boolean nor a sentence nor a set of sentences');
  const violated = sentences(rules.violations);
  if (violated === null) return invalid('`violations` is neither a set nor a list nor an object');
  const rule = denied.length > 0 ? 'deny' : violated.length > 0 ? 'violations' : 'allow';
  const against = [...denied, ...violated];
  if (!allow && against.length === 0) against.push('The policy does not allow this call');
  return ofDecision({
    ...rules,
    allow: against.length === 0,
    violations: against,
    matched_rule: rules.matched_rule ?? rule,
  });
}

/** `deny` as a boolean, as one sentence, or as a set of them. */
function denials(deny: unknown): string[] | null {
  if (deny === undefined || deny === false) return [];
  if (deny === true) return ["The policy's rule `deny` applies to this call"];
  if (typeof deny === 'string') return [deny];
  return sentences(deny);
}

/**
 * A set or list of sentences. `violations[msg] if {…}` makes an object in Rego v1, whose keys are the sentences
 * (and a key whose value is false does not count). Elements that are no strings are told as JSON, or by their
 * `message` or `msg`.
 */
function sentences(value: unknown): string[] | null {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map(sentence);
  if (isObject(value)) return Object.keys(value).filter((key) => value[key] !== false);
  return null;
}

function sentence(element: unknown): string {
  if (typeof element === 'string') return element;
  if (isObject(element)) {
    const said = element.message ?? element.msg;
    if (typeof said === 'string') return said;
  }
  return JSON.stringify(element);
}

/** Null where there is none; undefined where it is something else than text. */
function optionalText(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : undefined;
}

function invalid(why: string): Decision {
  return denial('invalid_decision', `The policy's decision can't be used, because ${why}`);
}

type Fields = Readonly<Record<string, unknown>>;
