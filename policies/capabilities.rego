# Capabilities: a tool that stands in `tool_capabilities` may only be called by agents that have the
# capability named there. Tools that don't stand there need none.
package mcp.policy

# METADATA
# title: The capability whose absence speaks against this call
# scope: document
default missing_capability := null

missing_capability := required if {
	required := data.tool_capabilities[input.request.tool]
	not has_capability(required)
}

# METADATA
# title: Whether the caller has a capability
has_capability(required) if {
	some granted in input.agent.capabilities
	capability_matches(granted, required)
}

# METADATA
# title: Whether one capability holds another
# description: "`read:*` stands for everything that begins with `read:`, and `*` for all."
# scope: document
capability_matches(granted, required) if granted == required

capability_matches("*", _)

capability_matches(granted, required) if {
	endswith(granted, ":*")
	startswith(required, trim_suffix(granted, "*"))
}

# METADATA
# title: Missing capability
objections contains {"rule": "missing_capability", "message": text, "hides": true} if {
	missing_capability != null
	text := sprintf(
		"Agent '%s' lacks capability '%s', which tool '%s' needs",
		[input.agent.id, missing_capability, input.request.tool],
	)
}
