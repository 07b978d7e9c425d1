// Writes one rule about calls like a recorded one, as a policy file that stands beside all others, and its test.
import type { PolicyProposal, RuleOfCall } from '../../../shared/policy-trial.ts';
import { liesWithin, mayLeadTo } from './folder-match.ts';
import type { LearnedFile } from './learned-rego.ts';
import { liesWithinRules, mayLeadToRules } from './path-rules.ts';
import { regoText, regoValue } from './rego-text.ts';
import { distinct, examplesOf, neighboursOf, type TestCall } from './test-calls.ts';

/**
 * What forbids counts for all that may lead into the folders, what permits for what certainly stays inside. A rule that
 * asks permits, too, where it is an exception from a denial.
 */
type Reach = 'may_lead_there' | 'stays_inside';

/** Throws a TypeError where nothing is left to allow: `answer` allow is an exception, and needs to know from what. */
export function callRuleFiles(proposal: PolicyProposal, rule: RuleOfCall): LearnedFile[] {
  const { answer, except } = rule;
  if (answer === 'allow' && except === null)
    throw new TypeError('A rule that allows is an exception from one');
  const name = `rule_${slug(proposal.tool)}_${rule.callId}`;
  const reach = answer === 'deny' || except === null ? 'may_lead_there' : 'stays_inside';
  return [
    { name: `${name}.rego`, text: ruleFile(name, proposal, rule, reach) },
    { name: `${name}_test.rego`, text: testFile(name, proposal, rule, reach) },
  ];
}

function slug(tool: string): string {
  return (
    tool
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/gu, '_')
      .replaceAll(/^_+|_+$/gu, '')
      .slice(0, 40) || 'tool'
  );
}

function ruleFile(
  name: string,
  proposal: PolicyProposal,
  { answer, except, callId }: RuleOfCall,
  reach: Reach,
): string {
  const { client, server, tool, prefixes } = proposal;
  const act = { allow: 'Allows', ask: 'Asks about', deny: 'Denies' }[answer];
  const title = `${act} '${tool}' of '${server}' for '${client}'`;
  const heads = {
    allow: [],
    ask: [
      `questions contains {"rule": "${name}", "message": ${regoText(`'${tool}' needs your permission for each call`)}}`,
    ],
    deny: [
      `objections contains {"rule": "${name}", "message": ${regoText(`Tool '${tool}' of '${server}' is denied to '${client}'`)}${prefixes.length === 0 ? ', "hides": true' : ''}}`,
    ],
  }[answer];
  const exceptions =
    answer === 'deny' || except === null
      ? []
      : [`exceptions contains {"rule": "${name}", "from": ${regoText(except)}}`];
  const rules = [...heads, ...exceptions].map(
    (head) => `# METADATA\n# title: ${regoText(title)}\n${head} if ${name}_applies\n`,
  );
  const parts = [
    `# Made from call ${callId} of the audit log.\npackage mcp.policy\n`,
    ...rules,
    applies(name, proposal, reach),
    ...(prefixes.length === 0 ? [] : [folderRules(name, proposal, reach), liesWithinRules]),
    ...(prefixes.length === 0 || reach === 'stays_inside' ? [] : [mayLeadToRules]),
  ];
  return parts.join('\n');
}

function applies(
  name: string,
  { client, proven, server, tool, prefixes }: PolicyProposal,
  reach: Reach,
): string {
  const caller = proven
    ? [`input.client_id == ${regoText(client)}`]
    : ['input.client_id == ""', `input.client == ${regoText(client)}`];
  const paths = { stays_inside: `not ${name}_leads_out`, may_lead_there: `${name}_leads_there` }[reach];
  const lines = [
    'input.method == "tools/call"',
    ...caller,
    `input.server == ${regoText(server)}`,
    `input.tool == ${regoText(tool)}`,
    ...(prefixes.length === 0 ? [] : [paths]),
  ];
  const body = lines.map((line) => `\t${line}\n`).join('');
  return `# METADATA\n# title: Whether the rule is about this call\n${name}_applies if {\n${body}}\n`;
}

function folderRules(name: string, { prefixes }: PolicyProposal, reach: Reach): string {
  const folders = new Map(prefixes.map((each) => [each.argument, each.folders]));
  const rule = {
    stays_inside: `${name}_leads_out if {
	some argument, folders in ${name}_folders
	given := input.arguments[argument]
	not lies_within(given, folders)
}
`,
    may_lead_there: `${name}_leads_there if {
	some argument, folders in ${name}_folders
	may_lead_to(input.arguments[argument], folders)
}
`,
  }[reach];
  return `${name}_folders := ${regoValue(folders)}\n\n${rule}`;
}

function testFile(name: string, proposal: PolicyProposal, { answer }: RuleOfCall, reach: Reach): string {
  const calls = distinct([...examplesOf(proposal), ...neighboursOf(proposal)]);
  const meant = (wanted: boolean) => calls.filter((call) => isMeant(proposal, call, reach) === wanted);
  const set = { allow: 'policy.exceptions', ask: 'policy.questions', deny: 'policy.objections' }[answer];
  return `package mcp.policy_test

import data.mcp.policy

${name}_calls := ${regoValue(meant(true))}

${name}_other_calls := ${regoValue(meant(false))}

${name}_fires if {
	some one in ${set}
	one.rule == "${name}"
}

test_${name}_is_about_these_calls if {
	every call in ${name}_calls {
		${name}_fires with input as object.union(call, {"method": "tools/call"})
	}
}

test_${name}_is_about_no_other_calls if {
	every call in ${name}_other_calls {
		not ${name}_fires with input as object.union(call, {"method": "tools/call"})
	}
}
`;
}

function isMeant(proposal: PolicyProposal, call: TestCall, reach: Reach): boolean {
  const { client, proven, server, tool, prefixes } = proposal;
  const caller = proven ? call.client_id : call.client;
  if (caller !== client || call.server !== server || call.tool !== tool) return false;
  if (prefixes.length === 0) return true;
  const given = prefixes.filter(({ argument }) => Object.hasOwn(call.arguments, argument));
  return reach === 'stays_inside'
    ? given.every(({ argument, folders }) => liesWithin(call.arguments[argument], folders))
    : given.some(({ argument, folders }) => mayLeadTo(call.arguments[argument], folders));
}
