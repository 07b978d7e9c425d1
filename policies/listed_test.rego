package mcp.policy_test

import data.mcp.policy

test_what_nothing_speaks_against_is_listed if {
	policy.listed with input as calling("some_tool")
}

test_blocked_tool_is_not_listed if {
	not policy.listed with input as calling("rm_rf") with data.blocked_tools as ["rm_*"]
	policy.listed with input as calling("ls") with data.blocked_tools as ["rm_*"]
}

test_blocked_agent_is_shown_nothing if {
	not policy.listed with input as calling("read_note") with data.blocked_agents as ["cursor"]
}

test_blocked_identity_is_shown_nothing if {
	claim := {"identity": {"verified": false, "did": "did:key:bad"}}
	not policy.listed with input as object.union(calling("read_note"), claim)
		with data.blocked_dids as ["did:key:bad"]
}

test_tool_whose_capability_is_missing_is_not_listed if {
	not policy.listed with input as calling("delete_note")
		with data.tool_capabilities as {"delete_note": "delete:notes"}
}

test_tool_that_needs_an_identity_is_not_listed if {
	not policy.listed with input as calling("pay") with data.identity_required_tools as ["pay"]
	policy.listed with input as proven with data.identity_required_tools as ["pay"]
}

test_tool_that_the_model_may_not_use_is_not_listed if {
	not policy.listed with input as calling("read_contacts")
		with data.pii_tools as ["*contacts*"]
		with data.blocked_models_for_pii as ["some-model"]
}

test_tool_that_is_asked_about_is_listed if {
	policy.listed with input as calling("send_note") with data.ask_tools as ["send_*"]
}

test_rate_limit_hides_nothing if {
	policy.listed with input as after(100) with data.rate_limits as {"default": 100}
}

test_objection_of_another_file_hides_nothing_unless_it_says_so if {
	policy.listed with input as calling("some_tool")
		with policy.objections as {{"rule": "my_rule", "message": "Not with these arguments"}}
	policy.listed with input as calling("some_tool")
		with policy.objections as {{"rule": "my_rule", "message": "Not with these arguments", "hides": false}}
	not policy.listed with input as calling("some_tool")
		with policy.objections as {{"rule": "my_rule", "message": "Never", "hides": true}}
}

test_what_an_exception_is_made_for_is_listed if {
	policy.listed with input as calling("rm_rf")
		with data.blocked_tools as ["rm_*"]
		with data.mcp.policy.exceptions as {{"rule": "mine", "from": "blocked_tool"}}
}
