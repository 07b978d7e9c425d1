# No sending out after reading a secret: once a session has called one of `secret_tools` or read one of
# `secret_resources`, it may not call any of `sending_tools`. To be put beside the shipped policies.
package mcp.policy

# METADATA
# title: Sending after a secret was read
objections contains {"rule": "sending_after_secret", "message": text} if {
	tool_listed(data.sending_tools)
	some past in input.session.history.calls
	secret_call(past)
	text := sprintf(
		"Tool '%s' sends out, and this session has read a secret before, by '%s'",
		[input.request.tool, concat("", [past.tool, past.resource])],
	)
}

# METADATA
# title: Sending when nobody knows what was read
# description: Of a session that has called very many different things, not all are remembered.
objections contains {"rule": "sending_after_secret", "message": text} if {
	tool_listed(data.sending_tools)
	input.session.history.truncated
	text := sprintf(
		"Tool '%s' sends out, and this session has called more than can be remembered",
		[input.request.tool],
	)
}

# METADATA
# title: Whether an earlier call has read a secret
# scope: document
secret_call(past) if {
	past.method == "tools/call"
	some pattern in data.secret_tools
	name_matches(pattern, past.tool)
}

secret_call(past) if {
	past.method == "resources/read"
	some pattern in data.secret_resources
	name_matches(pattern, past.resource)
}
