// The beginning of a policy about one server, to be edited: two rules with a place for the names of tools in each.

/** Beside the shipped policies, whose questions it adds to. */
export function serverDraft(server: string): string {
  const name = JSON.stringify(server);
  const rule = `server_${server.replace(/\W/gu, '_').toLowerCase()}`;
  return `# What becomes of calls to the server ${name}. Change what is listed, and save.
package mcp.policy

# METADATA
# title: Tools of ${name} that are never called
objections contains {"rule": "${rule}", "message": text, "hides": true} if {
	input.server == ${name}
	input.request.tool in {"tool_to_deny"}
	text := sprintf("'%s' of ${server} is not to be called", [input.request.tool])
}

# METADATA
# title: Tools of ${name} that a person is asked about
questions contains {"rule": "${rule}", "message": text} if {
	input.server == ${name}
	input.request.tool in {"tool_to_ask_about"}
	text := sprintf("'%s' of ${server} needs your permission for each call", [input.request.tool])
}
`;
}

/** Where it is kept. */
export function serverDraftName(server: string): string {
  return `server_${server.replace(/\W/gu, '_').toLowerCase()}.rego`;
}
