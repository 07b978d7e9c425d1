package mcp.policy_test

import data.mcp.policy

test_listed_tool_asks if {
	decision := policy.decision with input as calling("send_note") with data.ask_tools as ["send_*"]
	decision.allow
	decision.ask
	decision.matched_rule == "ask_tools"
	decision.message == "'send_note' is on the list of tools that need your permission for each call"
}

test_other_tool_does_not_ask if {
	not policy.ask with input as calling("read_note") with data.ask_tools as ["send_*"]
}

test_denied_call_does_not_ask if {
	decision := policy.decision with input as calling("send_note")
		with data.ask_tools as ["send_*"]
		with data.blocked_tools as ["send_note"]
	not decision.allow
	not decision.ask
	decision.message == null
}

test_questions_of_other_files_count if {
	decision := policy.decision with input as calling("read_note")
		with policy.questions as {{"rule": "mine", "message": "Really?"}, {"rule": "other", "message": "At night?"}}
	decision.ask
	decision.matched_rule == "mine"
	decision.message == "At night?; Really?"
}

test_exception_takes_a_question_back if {
	decision := policy.decision with input as calling("send_note")
		with data.ask_tools as ["send_*"]
		with data.mcp.policy.exceptions as {{"rule": "mine", "from": "ask_tools"}}
	decision.allow
	not decision.ask
	decision.matched_rule == "mine"
}
