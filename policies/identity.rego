# Identity and personal data: tools for which the caller must prove who it is (`identity_required_tools`),
# and tools that are closed to some models (`pii_tools`, `blocked_models_for_pii`).
package mcp.policy

# METADATA
# title: Whether the caller has proven an identity that counts here
# description: Where `allowed_dids` or `trusted_publishers` hold names, only those count.
identity_accepted if {
	input.identity.verified
	not did_refused
	not publisher_refused
}

# METADATA
# title: Whether the caller is not among the identities that count
did_refused if {
	count(data.allowed_dids) > 0
	not input.identity.did in data.allowed_dids
}

# METADATA
# title: Whether its publisher is not among those that are trusted
publisher_refused if {
	count(data.trusted_publishers) > 0
	not input.agent.publisher in data.trusted_publishers
}

# METADATA
# title: Tools that need an identity
objections contains {"rule": "identity_required", "message": text, "hides": true} if {
	tool_listed(data.identity_required_tools)
	not identity_accepted
	text := sprintf(
		"Tool '%s' needs a verified identity that is trusted here, and agent '%s' has shown none",
		[input.request.tool, input.agent.id],
	)
}

# METADATA
# title: Personal data
objections contains {"rule": "model_blocked_for_pii", "message": text, "hides": true} if {
	tool_listed(data.pii_tools)
	input.agent.model in data.blocked_models_for_pii
	text := sprintf(
		"Tool '%s' handles personal data, and model '%s' may not see any",
		[input.request.tool, input.agent.model],
	)
}
