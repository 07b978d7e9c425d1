package mcp.policy_test

import data.mcp.policy

# A call against which nothing speaks; the tests change one thing at a time.
calling(tool) := {
	"agent": {
		"id": "cursor",
		"name": "Cursor",
		"capabilities": ["read:*"],
		"model": "some-model",
		"publisher": "some-publisher",
		"tags": [],
	},
	"request": {"method": "tools/call", "tool": tool, "arguments": {}, "intent": ""},
	"session": {"id": "s1", "request_count": 1},
	"identity": {"verified": false, "did": ""},
}

# The rules that spoke against the call.
fired contains objection.rule if some objection in policy.objections

test_tool_that_no_list_names_is_allowed if {
	policy.decision == {
		"allow": true,
		"ask": false,
		"violations": [],
		"matched_rule": "allowed",
		"required_capability": null,
		"message": null,
		"obligations": {"log": [], "alert": null, "redact": []},
	} with input as calling("some_tool")
}

test_method_without_tool_is_allowed if {
	policy.allow with input as object.union(calling(""), {"request": {"method": "resources/read"}})
}

test_one_objection_denies if {
	policy.decision == {
		"allow": false,
		"ask": false,
		"violations": ["Agent 'cursor' lacks capability 'delete:notes', which tool 'delete_note' needs"],
		"matched_rule": "missing_capability",
		"required_capability": "delete:notes",
		"message": null,
		"obligations": {"log": [], "alert": null, "redact": []},
	} with input as calling("delete_note")
		with data.tool_capabilities as {"delete_note": "delete:notes"}
}

test_every_objection_is_told_and_the_first_named if {
	decision := policy.decision with input as calling("delete_note")
		with data.tool_capabilities as {"delete_note": "delete:notes"}
		with data.blocked_tools as ["delete_note"]
		with data.rate_limits as {"default": 1}
	count(decision.violations) == 3
	decision.matched_rule == "blocked_tool"
}

test_objections_of_other_files_count if {
	decision := policy.decision with input as calling("some_tool")
		with policy.objections as {{"rule": "my_rule", "message": "Not on Sundays"}}
	decision.allow == false
	decision.violations == ["Not on Sundays"]
	decision.matched_rule == "my_rule"
}

test_without_data_nothing_is_denied if {
	policy.allow with input as calling("some_tool")
		with data.tool_capabilities as {}
		with data.rate_limits as {}
}

test_exception_takes_the_objection_of_one_rule_back if {
	decision := policy.decision with input as calling("some_tool")
		with data.blocked_tools as ["some_tool"]
		with data.mcp.policy.exceptions as {{"rule": "mine", "from": "blocked_tool"}}
	decision.allow
	decision.violations == []
	decision.matched_rule == "mine"
}

test_exception_leaves_the_objections_of_other_rules if {
	decision := policy.decision with input as calling("some_tool")
		with data.blocked_tools as ["some_tool"]
		with data.blocked_agents as ["cursor"]
		with data.mcp.policy.exceptions as {{"rule": "mine", "from": "blocked_tool"}}
	not decision.allow
	decision.matched_rule == "blocked_agent"
}

test_exception_from_what_does_not_object_is_not_named if {
	decision := policy.decision with input as calling("read_note")
		with data.mcp.policy.exceptions as {{"rule": "mine", "from": "blocked_tool"}}
	decision.matched_rule == "allowed"
}
