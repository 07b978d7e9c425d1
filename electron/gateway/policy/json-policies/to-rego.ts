// Turns a JSON policy into Rego that people can read. Rules that deny become `objections`, as in the shipped policies.
import { z } from 'zod';
import { conditionLines, list, literal, matches, ruleOf, type RegoParts } from './conditions.ts';
import { positionOf, positionOfSyntaxError, type Position } from './positions.ts';
import { jsonPolicy, type JsonPolicy, type JsonRule } from './schema.ts';

/** What is wrong with a JSON policy. */
export interface JsonPolicyError extends Position {
  /** Id of the rule; its number in the list, from 1, where it has none; null outside of the rules. */
  readonly rule: string | null;
  /** Path of the member, in the rule or in the policy: `conditions.values`; null where the text is no JSON. */
  readonly field: string | null;
  readonly message: string;
}

export type JsonPolicyInRego =
  | { readonly ok: true; readonly name: string; readonly rego: string }
  | { readonly ok: false; readonly errors: readonly [JsonPolicyError, ...JsonPolicyError[]] };

/** Formatted as by `opa fmt`; the same text always gives the same Rego. Does not throw, whatever the text is. */
export function jsonPolicyToRego(text: string): JsonPolicyInRego {
  try {
    const json: unknown = JSON.parse(text);
    const parsed = jsonPolicy.safeParse(json);
    if (parsed.success) return { ok: true, name: parsed.data.name, rego: write(parsed.data) };
    const [first, ...rest] = parsed.error.issues.map((issue) => errorOf(issue, json, text));
    if (first === undefined) throw parsed.error;
    return { ok: false, errors: [first, ...rest] };
  } catch (error) {
    // What is no JSON, and what is nested so deeply that the stack ends.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const at = positionOfSyntaxError(text, error.message);
    return { ok: false, errors: [{ rule: null, field: null, message: String(error), ...at }] };
  }
}

const withRules = z.looseObject({ rules: z.array(z.unknown()) });
const withId = z.looseObject({ id: z.string() });

function errorOf(issue: z.core.$ZodIssue, json: unknown, text: string): JsonPolicyError {
  const { message } = issue;
  // An unknown member is told by what it would be in.
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown];
  const at = positionOf(text, path);
  const [first, index, ...rest] = path.map(String);
  if (first !== 'rules' || index === undefined)
    return { rule: null, field: path.join('.') || null, message, ...at };
  const rules = withRules.safeParse(json).data?.rules ?? [];
  const id = withId.safeParse(rules[Number(index)]).data?.id;
  return { rule: id ?? String(Number(index) + 1), field: rest.join('.') || null, message, ...at };
}

/** `rule share-only: conditions.op: Invalid option`. */
export function describeJsonError({ rule, field, message }: JsonPolicyError): string {
  return [...(rule === null ? [] : [`rule ${rule}`]), ...(field === null ? [] : [field]), message].join(': ');
}

/** What the rules of a JSON policy are called in Rego begins with this. */
export function regoPrefix(name: string): string {
  return `json_${name.replaceAll('-', '_')}`;
}

function write(policy: JsonPolicy): string {
  const prefix = regoPrefix(policy.name);
  const rules = policy.rules.filter(({ enabled }) => enabled).toSorted((a, b) => b.priority - a.priority);
  let count = 0;
  const parts: RegoParts = {
    nested: [],
    nextName: () => `${prefix}_part_${(count += 1)}`,
    holds: `${prefix}_holds`,
    patterns: new Set(),
  };
  const applying = rules.map((rule) => ruleThatApplies(rule, prefix, parts));
  const blocks = [
    header(policy),
    ...applying,
    ...parts.nested,
    ...capabilityBlocks(rules, prefix),
    ...(applying.concat(parts.nested).some((text) => text.includes(parts.holds))
      ? [holdsFunction(parts.holds)]
      : []),
    ...verdict(rules, prefix),
    ...byDefault(policy, rules, prefix),
    ...defaultRateLimit(policy, rules, prefix, parts),
    ...patternCheck(parts),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The first lines; what people wrote is on one line each, so that it stays a comment. */
function header({ name, description }: JsonPolicy): string {
  const about = description === undefined ? '' : `\n# ${oneLine(description)}`;
  return `# Made from the JSON policy ${name}: to change it, change that.${about}
package mcp.policy

import rego.v1`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

function ruleThatApplies(rule: JsonRule, prefix: string, parts: RegoParts): string {
  const head = `${prefix}_applies[${literal(rule.id)}]`;
  return `# METADATA
# title: ${JSON.stringify(rule.id)}
# description: ${JSON.stringify(oneLine(messageOf(rule)))}
${ruleOf(head, linesOf(rule, prefix, parts))}`;
}

function linesOf(rule: JsonRule, prefix: string, parts: RegoParts): string[] {
  switch (rule.type) {
    case 'capability': {
      const { tool, requires_capability: capability } = rule.conditions;
      const granted = `${prefix}_granted(${literal(capability)})`;
      return [`input.request.tool == ${literal(tool)}`, rule.action === 'deny' ? `not ${granted}` : granted];
    }
    case 'blocklist': {
      const { match_type: type, values } = rule.conditions;
      return [`${blocklistFields[type]} in ${list(values)}`];
    }
    case 'rate_limit':
      return [...limitedAgents(rule, parts), `input.session.request_count > ${rule.conditions.limit}`];
    case 'custom':
      return conditionLines(rule.conditions, parts);
  }
}

const blocklistFields = { tool: 'input.request.tool', agent: 'input.agent.id', did: 'input.identity.did' };

type RateLimitRule = JsonRule & { readonly type: 'rate_limit' };

/** No line where the limit is for every agent. */
function limitedAgents({ conditions }: RateLimitRule, parts: RegoParts): string[] {
  if (conditions.agent_id !== undefined) return [`input.agent.id == ${literal(conditions.agent_id)}`];
  if (conditions.agent_pattern === undefined) return [];
  return [matches(conditions.agent_pattern, 'input.agent.id', parts)];
}

function messageOf(rule: JsonRule): string {
  if (rule.message !== undefined) return rule.message;
  switch (rule.type) {
    case 'capability':
      return `Tool '${rule.conditions.tool}' needs the capability '${rule.conditions.requires_capability}'`;
    case 'blocklist':
      return `This ${rule.conditions.match_type} is on the list '${rule.id}'`;
    case 'rate_limit':
      return `More than ${rule.conditions.limit} requests in one session`;
    case 'custom':
      return `The rule '${rule.id}' applies to this call`;
  }
}

/** Capabilities match as in the shipped policies. */
function capabilityBlocks(rules: readonly JsonRule[], prefix: string): string[] {
  if (!rules.some(({ type }) => type === 'capability')) return [];
  const granted = `${prefix}_granted`;
  return [
    `# An agent has a capability by its name, by \`*\`, or by its family (\`read:*\`).
${granted}(required) if required in input.agent.capabilities

${granted}(_) if "*" in input.agent.capabilities

${granted}(required) if {
	some family in input.agent.capabilities
	endswith(family, ":*")
	startswith(required, trim_suffix(family, "*"))
}`,
  ];
}

function holdsFunction(name: string): string {
  return `# A text holds a text that is part of it, a list one of its elements.
${name}(text, part) if contains(text, part)

${name}(elements, element) if {
	is_array(elements)
	element in elements
}`;
}

/** The first rule that applies decides. */
function verdict(rules: readonly JsonRule[], prefix: string): string[] {
  if (rules.length === 0) return [];
  const listed = rules.map(
    (rule) =>
      `\t{"rule": ${literal(rule.id)}, "action": "${rule.action}", "message": ${literal(messageOf(rule))}},\n`,
  );
  return [
    `# By priority: the first rule that applies decides.
${prefix}_rules := [\n${listed.join('')}]`,
    `${prefix}_first := [rule |
	some rule in ${prefix}_rules
	${prefix}_applies[rule.rule]
][0]`,
    `objections contains {"rule": ${prefix}_first.rule, "message": ${prefix}_first.message} if {
	${prefix}_first.action == "deny"
}`,
  ];
}

/** Where no rule applies. A capability that was asked for and is there stands against the default. */
function byDefault(policy: JsonPolicy, rules: readonly JsonRule[], prefix: string): string[] {
  if (policy.defaults.action === 'allow') return [];
  const satisfied = rules.flatMap((rule) =>
    rule.type === 'capability' && rule.action === 'deny'
      ? [
          ruleOf(`${prefix}_satisfied`, [
            `input.request.tool == ${literal(rule.conditions.tool)}`,
            `${prefix}_granted(${literal(rule.conditions.requires_capability)})`,
          ]),
        ]
      : [],
  );
  const message = `The policy '${policy.name}' does not allow this call`;
  const objection = ruleOf(objectionHead(`${policy.name}:default`, message), [
    ...(rules.length > 0 ? [`not ${prefix}_first`] : []),
    ...(satisfied.length > 0 ? [`not ${prefix}_satisfied`] : []),
  ]);
  const comment =
    '# What no rule speaks of is denied, but not where a capability was asked for and is there.';
  return [...satisfied, `${comment}\n${objection}`];
}

function objectionHead(rule: string, message: string): string {
  return `objections contains {"rule": ${literal(rule)}, "message": ${literal(message)}}`;
}

/** Holds for agents that no limit is meant for, whatever rule applies; for nobody where one is for all. */
function defaultRateLimit(
  { name, defaults }: JsonPolicy,
  rules: readonly JsonRule[],
  prefix: string,
  parts: RegoParts,
): string[] {
  if (defaults.rate_limit === undefined) return [];
  const limits = rules.filter((rule) => rule.type === 'rate_limit');
  const agents = limits.map((rule) => limitedAgents(rule, parts));
  if (agents.some((lines) => lines.length === 0)) return [];
  const limited = agents.map((lines) => ruleOf(`${prefix}_limited`, lines));
  const message = `More than ${defaults.rate_limit} requests in one session`;
  return [
    ...limited,
    `# For agents that no limit above is meant for.
${ruleOf(objectionHead(`${name}:rate_limit`, message), [
  `input.session.request_count > ${defaults.rate_limit}`,
  ...(limited.length > 0 ? [`not ${prefix}_limited`] : []),
])}`,
  ];
}

/** Rego takes a pattern that it can't read for one that matches nothing: that must not allow anything. */
function patternCheck({ patterns }: RegoParts): string[] {
  if (patterns.size === 0) return [];
  return [
    `# Fail closed: a pattern that can't be read would match nothing.
objections contains {"rule": "invalid_pattern", "message": sprintf("The pattern %q is not valid", [pattern])} if {
	some pattern in ${list([...patterns])}
	not regex.is_valid(pattern)
}`,
  ];
}
