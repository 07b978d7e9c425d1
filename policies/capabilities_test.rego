package mcp.policy_test

import data.mcp.policy

needs := {"read_note": "read:notes", "delete_note": "delete:notes"}

granted(capabilities, tool) := object.union(calling(tool), {"agent": {"capabilities": capabilities}})

test_exact_capability if {
	policy.allow with input as granted(["read:notes"], "read_note") with data.tool_capabilities as needs
}

test_family_of_capabilities if {
	policy.allow with input as granted(["read:*"], "read_note") with data.tool_capabilities as needs
}

test_all_capabilities if {
	policy.allow with input as granted(["*"], "delete_note") with data.tool_capabilities as needs
}

test_other_family if {
	fired == {"missing_capability"} with input as granted(["read:*"], "delete_note")
		with data.tool_capabilities as needs
}

test_no_capabilities if {
	fired == {"missing_capability"} with input as granted([], "read_note") with data.tool_capabilities as needs
}

test_family_needs_its_colon if {
	fired == {"missing_capability"} with input as granted(["re*"], "read_note") with data.tool_capabilities as needs
}

test_tool_that_needs_none if {
	policy.allow with input as granted([], "ping") with data.tool_capabilities as needs
}
