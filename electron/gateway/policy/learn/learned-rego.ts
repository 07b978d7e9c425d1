// Writes proposals as a policy file that stands beside the shipped ones, and its tests.
import type { PolicyProposal } from '../../../shared/policy-trial.ts';
import { liesWithin } from './folder-match.ts';
import { clientKey, learnedTable, type LearnedTable } from './learned-table.ts';
import { liesWithinRules } from './path-rules.ts';
import { regoValue } from './rego-text.ts';
import { distinct, examplesOf, neighboursOf, type TestCall } from './test-calls.ts';

export interface LearnedFile {
  readonly name: string;
  readonly text: string;
}

export function learnedFiles(proposals: readonly PolicyProposal[]): LearnedFile[] {
  const table = learnedTable(proposals);
  return [
    { name: 'learned.rego', text: ruleFile(table) },
    { name: 'learned_test.rego', text: testFile(proposals, table) },
  ];
}

function ruleFile(table: LearnedTable): string {
  return `# Learned from recorded calls: which tools of which servers each client used, and on files in which folders.
# What nobody used then is denied. The list is there to be changed; a tool that is taken out is denied as well.
package mcp.policy

# METADATA
# title: What each client may use
# description: |
#   By client, server and tool. A tool has those of its arguments that lead to files, with the folders that they may
#   lead to. \`id …\` is a registered client that showed its token, \`name …\` what any other one calls itself.
learned := ${regoValue(table)}

# METADATA
# title: Who calls, as \`learned\` names it
# scope: document
learned_client := sprintf("id %s", [input.client_id]) if {
	input.client_id != ""
} else := sprintf("name %s", [input.client])

# METADATA
# title: Tools that this client has not used
objections contains {"rule": "not_learned", "message": text, "hides": true} if {
	input.method == "tools/call"
	not learned[learned_client][input.server][input.tool]
	text := sprintf("Tool '%s' of '%s' is not among those that '%s' uses", [input.tool, input.server, learned_client])
}

# METADATA
# title: Files outside of the folders that this client has used
objections contains {"rule": "not_learned_path", "message": text} if {
	input.method == "tools/call"
	some argument, folders in learned[learned_client][input.server][input.tool]
	given := input.arguments[argument]
	not lies_within(given, folders)
	text := sprintf("'%s' of tool '%s' leads out of %s", [argument, input.tool, concat(", ", folders)])
}

${liesWithinRules}`;
}

function testFile(proposals: readonly PolicyProposal[], table: LearnedTable): string {
  const examples = proposals.flatMap(examplesOf);
  const calls = [...examples, ...proposals.flatMap(neighboursOf)];
  const listed = (allowed: boolean) => distinct(calls.filter((call) => allows(table, call) === allowed));
  return `package mcp.policy_test

import data.mcp.policy

# Calls out of the log.
learned_calls := ${regoValue(listed(true))}

# Calls like them that nobody made.
calls_not_learned := ${regoValue(listed(false))}

as_tool_call(call) := object.union(call, {"method": "tools/call"})

not_learned contains objection.rule if {
	some objection in policy.objections
	startswith(objection.rule, "not_learned")
}

test_learned_calls_are_allowed if {
	every call in learned_calls {
		count(not_learned) == 0 with input as as_tool_call(call)
	}
}

test_other_calls_are_denied if {
	every call in calls_not_learned {
		count(not_learned) > 0 with input as as_tool_call(call)
	}
}

test_other_methods_are_left_alone if {
	count(not_learned) == 0 with input as {"method": "resources/read", "client_id": "", "client": "", "server": ""}
}
`;
}

function allows(table: LearnedTable, call: TestCall): boolean {
  const proven = call.client_id !== '';
  const client = clientKey({ proven, client: proven ? call.client_id : call.client });
  const tool = table.get(client)?.get(call.server)?.get(call.tool);
  if (tool === undefined) return false;
  return [...tool].every(
    ([argument, folders]) =>
      !Object.hasOwn(call.arguments, argument) || liesWithin(call.arguments[argument], folders),
  );
}
