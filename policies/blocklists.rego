# Block lists: tools, agents and identities that are never served.
package mcp.policy

# METADATA
# title: Blocked tools
# description: Entries of `blocked_tools` may be patterns.
objections contains {"rule": "blocked_tool", "message": text, "hides": true} if {
	tool_listed(data.blocked_tools)
	text := sprintf("Tool '%s' is blocked by policy", [input.request.tool])
}

# METADATA
# title: Blocked agents
objections contains {"rule": "blocked_agent", "message": text, "hides": true} if {
	input.agent.id in data.blocked_agents
	text := sprintf("Agent '%s' is blocked by policy", [input.agent.id])
}

# METADATA
# title: Blocked identities
# description: Claiming a blocked identity is enough; it need not be proven.
objections contains {"rule": "blocked_did", "message": text, "hides": true} if {
	input.identity.did in data.blocked_dids
	text := sprintf("The identity '%s' is blocked by policy", [input.identity.did])
}
