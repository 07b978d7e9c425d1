package mcp.policy_test

import data.mcp.policy

test_blocked_tool if {
	"blocked_tool" in fired with input as calling("rm_rf") with data.blocked_tools as ["rm_rf"]
}

test_blocked_tool_by_pattern if {
	"blocked_tool" in fired with input as calling("rm_rf") with data.blocked_tools as ["rm_*"]
}

test_blocked_agent if {
	"blocked_agent" in fired with input as calling("read_note") with data.blocked_agents as ["cursor"]
}

test_other_agent_is_not_blocked if {
	count(fired) == 0 with input as calling("read_note") with data.blocked_agents as ["cursor2"]
}

test_blocked_did if {
	claim := {"identity": {"verified": false, "did": "did:key:bad"}}
	"blocked_did" in fired with input as object.union(calling("read_note"), claim)
		with data.blocked_dids as ["did:key:bad"]
}

test_violation_names_the_tool if {
	policy.violations == {"Tool 'rm_rf' is blocked by policy"} with input as calling("rm_rf")
		with data.blocked_tools as ["rm_rf"]
}
