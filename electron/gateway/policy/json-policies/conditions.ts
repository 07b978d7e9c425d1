// Turns the conditions of a custom rule into lines of Rego. A condition about a field that a call has not does not
// hold; `ne`, `not_in` and `not` hold then, because they are the opposites of conditions that do not.
import { fieldReference } from './fields.ts';
import type { Combination, Comparison, Condition, Scalar } from './schema.ts';

/** Collects what conditions need beside their own lines. */
export interface RegoParts {
  /** Rules that stand for nested conditions, each a text of its own. */
  readonly nested: string[];
  /** Name of the next rule that stands for a nested condition. */
  readonly nextName: () => string;
  /** Name of the function that finds a text in a text or in a list. */
  readonly holds: string;
  /** All regular expressions, to be checked by Rego. */
  readonly patterns: Set<string>;
}

/** @returns lines of a rule's body, all of which have to hold */
export function conditionLines(condition: Condition, parts: RegoParts): string[] {
  return isComparison(condition) ? comparisonLines(condition, parts) : combinationLines(condition, parts);
}

/** A field may be called `op`, but stands in a combination as a path and never beside `field`. */
function isComparison(condition: Condition): condition is Comparison {
  return 'op' in condition && 'field' in condition;
}

const signs = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function comparisonLines(comparison: Comparison, parts: RegoParts): string[] {
  const field = fieldReference(comparison.field);
  switch (comparison.op) {
    case 'eq':
      return [`${field} == ${literal(comparison.value)}`];
    case 'ne':
      return [`not ${field} == ${literal(comparison.value)}`];
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      // Rego orders values of any types, so that every text is greater than every number.
      const kind = typeof comparison.value === 'number' ? 'is_number' : 'is_string';
      return [`${kind}(${field})`, `${field} ${signs[comparison.op]} ${literal(comparison.value)}`];
    }
    case 'contains':
      return [`${parts.holds}(${field}, ${literal(comparison.value)})`];
    case 'startswith':
    case 'endswith':
      return [`${comparison.op}(${field}, ${literal(comparison.value)})`];
    case 'matches':
      return [matches(comparison.value, field, parts)];
    case 'in':
      return [`${field} in ${list(comparison.value)}`];
    case 'not_in':
      return [`not ${field} in ${list(comparison.value)}`];
  }
}

function combinationLines(condition: Combination, parts: RegoParts): string[] {
  const { all, any, not, field_equals, field_in, field_matches, tool_in, agent_in, ...fields } = condition;
  return [
    ...(tool_in === undefined ? [] : [`input.request.tool in ${list(tool_in)}`]),
    ...(agent_in === undefined ? [] : [`input.agent.id in ${list(agent_in)}`]),
    ...Object.entries({ ...field_equals, ...(fields as Record<string, Scalar>) }).map(
      ([field, value]) => `${fieldReference(field)} == ${literal(value)}`,
    ),
    ...Object.entries(field_in ?? {}).map(([field, values]) => `${fieldReference(field)} in ${list(values)}`),
    ...Object.entries(field_matches ?? {}).map(([field, pattern]) =>
      matches(pattern, fieldReference(field), parts),
    ),
    ...(all ?? []).flatMap((each) => conditionLines(each, parts)),
    ...(any === undefined ? [] : [nest(any, parts)]),
    ...(not === undefined ? [] : [`not ${nest([not], parts)}`]),
  ];
}

/** A rule that is true where one of the conditions holds. */
function nest(alternatives: readonly Condition[], parts: RegoParts): string {
  const name = parts.nextName();
  parts.nested.push(alternatives.map((each) => ruleOf(name, conditionLines(each, parts))).join('\n\n'));
  return name;
}

/** A rule, whose body is one line by itself or several in braces; without a body it always holds. */
export function ruleOf(head: string, lines: readonly string[]): string {
  const [first, ...rest] = lines;
  if (first === undefined) return head;
  if (rest.length === 0) return `${head} if ${first}`;
  return `${head} if {\n${lines.map((line) => `\t${line}\n`).join('')}}`;
}

export function matches(pattern: string, text: string, { patterns }: RegoParts): string {
  patterns.add(pattern);
  return `regex.match(${literal(pattern)}, ${text})`;
}

/** Rego's strings, numbers and words are those of JSON. */
export function literal(value: Scalar): string {
  return JSON.stringify(value);
}

export function list(values: readonly Scalar[]): string {
  return `[${values.map(literal).join(', ')}]`;
}
