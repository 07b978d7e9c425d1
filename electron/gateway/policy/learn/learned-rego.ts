// Writes proposals as a policy file that stands beside the shipped ones, and its tests.
import type { PolicyProposal } from '../../../shared/policy-trial.ts';
import { liesWithin } from './folder-match.ts';
import { clientKey, learnedTable, type LearnedTable } from './learned-table.ts';
import { regoValue } from './rego-text.ts';

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

# METADATA
# title: Whether a path, or each of a list of paths, lies in one of the folders
# scope: document
lies_within(path, folders) if lies_below(path, folders)

lies_within(paths, folders) if {
	is_array(paths)
	every path in paths {
		lies_below(path, folders)
	}
}

lies_below(path, folders) if {
	is_string(path)
	not leads_up(path)
	some folder in folders
	is_at_or_below(path, folder)
}

is_at_or_below(path, folder) if startswith(path, folder)

is_at_or_below(path, folder) if path == substring(folder, 0, count(folder) - 1)

# A path with \`..\` in it may lead anywhere.
leads_up(path) if ".." in split(replace(path, "\\\\", "/"), "/")

leads_up(path) if contains(lower(path), "%2e")
`;
}

/** A call as far as these rules look at it. */
interface TestCall {
  readonly client_id: string;
  readonly client: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
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

function callOf(
  { proven, client, server, tool }: PolicyProposal,
  args: Readonly<Record<string, unknown>>,
): TestCall {
  return { client_id: proven ? client : '', client: proven ? '' : client, server, tool, arguments: args };
}

function examplesOf(proposal: PolicyProposal): TestCall[] {
  return proposal.examples.map((example) =>
    callOf(proposal, JSON.parse(example.arguments) as Record<string, unknown>),
  );
}

/** Next to what is allowed: another tool, another client, another folder, and a way up out of the right one. */
function neighboursOf(proposal: PolicyProposal): TestCall[] {
  const call = callOf(proposal, {});
  const paths = proposal.prefixes.flatMap(({ argument, folders: [folder = ''] }) => {
    const separator = folder.slice(-1);
    const elsewhere = [
      `${folder.slice(0, -1)}-neighbour${separator}file`,
      `${folder}..${separator}..${separator}file`,
    ];
    return elsewhere.map((path) => ({ ...call, arguments: { [argument]: path } }));
  });
  return [
    { ...call, tool: `${call.tool}_neighbour` },
    callOf({ ...proposal, client: `${proposal.client}-neighbour` }, {}),
    ...paths,
  ];
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

function distinct(calls: readonly TestCall[]): TestCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}
