// Writes an answer for always as a policy file, and its test: what a person reads, edits and takes away again.
import { createHash } from 'node:crypto';
import type { AnswerScope, RuleDraft } from '../../../shared/approvals.ts';
import type { Call, Decision } from '../../call.ts';
import { regoText, regoValue } from '../learn/rego-text.ts';

export interface AnswerWish {
  readonly allow: boolean;
  readonly scope: AnswerScope;
  readonly note: string;
}

/** Longer arguments are no rule that anybody reads, characters of JSON. */
const LONGEST_ARGUMENTS = 10_000;
/** Of names in titles. */
const LONGEST_NAME = 60;

export const answerFolder = 'answers';
/** Their package. */
export const answerPlace = ['mcp', 'answers'];

/** What must be equal for the answer to hold. */
type Condition = readonly [path: string, value: unknown];

/** @param at when it was answered, Unix milliseconds */
export function answerRego(
  { call, decision }: { readonly call: Call; readonly decision: Decision },
  { allow, scope, note }: AnswerWish,
  at: number,
): RuleDraft {
  const caller = callerConditions(call);
  if (caller === null)
    return impossible(
      'Neither a token nor the system says which program this client is. Register it, and let it show its token.',
    );
  if (scope === 'arguments') {
    const why = unfitArguments(call);
    if (why !== null) return impossible(why);
  }
  if (call.resources.length > 1 && scope !== 'server' && scope !== 'client')
    return impossible('The call is about several resources: answer for one of them, or for the server.');
  const conditions = [...caller, ...targetConditions(call, scope)];
  const askedBy = decision.matchedRule ?? '';
  const id = nameOf(call, allow, JSON.stringify([allow, askedBy, conditions]));
  const title = titleOf(call, allow, scope);
  const given = { name: id, allow, asked_by: askedBy };
  const about = { id, title, allow, askedBy, note, at };
  return {
    possible: true,
    id,
    title,
    proven: call.clientId !== null,
    files: [
      { name: `${answerFolder}/${id}.rego`, text: ruleText(about, given, conditions) },
      { name: `${answerFolder}/${id}_test.rego`, text: testText(id, given, conditions) },
    ],
  };
}

/** What is read out of such a file again, behind `# custom:`; what stands in the rule itself is what counts. */
export interface AnswerAbout {
  readonly id: string;
  readonly title: string;
  readonly allow: boolean;
  readonly askedBy: string;
  readonly note: string;
  readonly at: number;
}

function ruleText(about: AnswerAbout, given: object, conditions: readonly Condition[]): string {
  const day = new Date(about.at).toISOString().slice(0, 16).replace('T', ' ');
  return `# An answer for always: nobody is asked where this holds. It answers a question, and no denial of the policy.
package mcp.answers

import rego.v1

# METADATA
# title: ${regoText(about.title)}
# description: ${regoText(`Answered on ${day} UTC, when the rule '${about.askedBy}' asked. ${about.note}`.trim())}
# custom: ${regoText(about)}
given contains answer if {
${conditions.map(([path, value]) => `\t${path} == ${regoValue(value, 1)}\n`).join('')}\tanswer := ${regoValue(given, 1)}
}
`;
}

/** That it holds for such a call, and for none that differs in one of the conditions. */
function testText(id: string, given: object, conditions: readonly Condition[]): string {
  const input = inputOf(conditions);
  const others = conditions.map((_, index) =>
    inputOf(conditions.map(([path, value], place) => [path, place === index ? other(value) : value])),
  );
  return `package mcp.answers_test

import data.mcp.answers
import rego.v1

test_${id}_holds if {
	${regoValue(given, 1)} in answers.given with input as ${regoValue(input, 1)}
}

test_${id}_holds_for_nothing_else if {
	every other in ${regoValue(others, 1)} {
		not ${regoValue(given, 2)} in answers.given with input as other
	}
}
`;
}

/** The input in which these conditions hold. */
function inputOf(conditions: readonly Condition[]): object {
  const input: Record<string, unknown> = { process: {}, arguments: {} };
  for (const [path, value] of conditions) {
    if (path === EXECUTABLE) input.process = { executable: value };
    else if (path === PARAMS) input.arguments = value;
    else input[path.slice('input.'.length)] = value;
  }
  return input;
}

function other(value: unknown): unknown {
  return typeof value === 'string' ? `${value}-other` : { 'another argument': true };
}

const EXECUTABLE = 'input.process.executable';
/** `_meta` differs from call to call, and is nothing that the user was asked about. */
const PARAMS = 'object.remove(input.arguments, ["_meta"])';

/** Null where the caller is a name and nothing else: a rule would be one for every program that says that name. */
function callerConditions({ clientId, client, process }: Call): Condition[] | null {
  if (clientId !== null) return [['input.client_id', clientId]];
  const executable = process?.executable ?? '';
  if (executable === '') return null;
  return [
    ['input.client_id', ''],
    ['input.client', client.name],
    [EXECUTABLE, executable],
  ];
}

function targetConditions(call: Call, scope: AnswerScope): Condition[] {
  if (scope === 'client') return [];
  const conditions: Condition[] = [['input.server', call.server]];
  if (scope === 'server') return conditions;
  conditions.push(['input.method', call.method]);
  if (call.tool !== null) conditions.push(['input.tool', call.tool]);
  if (call.resource !== null) conditions.push(['input.resource', call.resource]);
  if (scope === 'arguments') {
    const members = Object.entries(call.arguments).filter(([name]) => name !== '_meta');
    conditions.push(
      call.tool === null ? [PARAMS, Object.fromEntries(members)] : ['input.arguments', call.arguments],
    );
  }
  return conditions;
}

function unfitArguments({ arguments: args }: Call): string | null {
  if (JSON.stringify(args).length > LONGEST_ARGUMENTS)
    return 'These arguments are too long for a rule that anybody could read. Answer for the tool.';
  if (hasInexactNumber(args))
    return 'A number in these arguments is too large for policies to compare it exactly. Answer for the tool.';
  return null;
}

function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactNumber);
}

/** What the audit log says of a call that it answers: readable, and the same for the same answer. */
function nameOf({ tool, resource, method }: Call, allow: boolean, whole: string): string {
  const words = (tool ?? resource ?? method)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '_')
    .slice(0, 40);
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `always_${allow ? 'allow' : 'deny'}_${words}_${digest}`.replaceAll(/_+/gu, '_');
}

function titleOf(call: Call, allow: boolean, scope: AnswerScope): string {
  const verb = allow ? 'Always allow' : 'Always deny';
  const client = quoted(call.clientId ?? call.client.name);
  const what = quoted(call.tool ?? call.resource ?? call.method);
  const server = quoted(call.server);
  switch (scope) {
    case 'client':
      return `${verb} everything that ${client} is asked about`;
    case 'server':
      return `${verb} everything of ${server} for ${client}`;
    case 'tool':
      return `${verb} ${what} of ${server} for ${client}`;
    case 'arguments':
      return `${verb} ${what} of ${server} with these arguments for ${client}`;
  }
}

function quoted(name: string): string {
  return `'${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name}'`;
}

function impossible(why: string): RuleDraft {
  return { possible: false, why };
}
