package mcp.policy_test

import data.mcp.policy

marks := {
	"sending_tools": ["send_*"],
	"secret_tools": ["read_secret"],
	"secret_resources": ["file:///secrets/*"],
}

tool_call(tool) := {"server": "files", "method": "tools/call", "tool": tool, "resource": "", "count": 1}

resource_read(uri) := {"server": "files", "method": "resources/read", "tool": "", "resource": uri, "count": 1}

sending(calls, truncated) := object.union(
	calling("send_mail"),
	{"session": {"history": {"calls": calls, "truncated": truncated}}},
)

test_sending_before_any_secret if {
	policy.allow with input as sending([tool_call("read_note"), resource_read("file:///notes/a")], false)
		with data.sending_tools as marks.sending_tools
		with data.secret_tools as marks.secret_tools
		with data.secret_resources as marks.secret_resources
}

test_sending_after_a_secret_tool if {
	decision := policy.decision with input as sending([tool_call("read_note"), tool_call("read_secret")], false)
		with data.sending_tools as marks.sending_tools
		with data.secret_tools as marks.secret_tools
	decision.matched_rule == "sending_after_secret"
	decision.violations == ["Tool 'send_mail' sends out, and this session has read a secret before, by 'read_secret'"]
}

test_sending_after_a_secret_resource if {
	not policy.allow with input as sending([resource_read("file:///secrets/key")], false)
		with data.sending_tools as marks.sending_tools
		with data.secret_resources as marks.secret_resources
}

test_prompt_of_the_same_name_is_no_secret if {
	prompt := object.union(tool_call("read_secret"), {"method": "prompts/get"})
	policy.allow with input as sending([prompt], false)
		with data.sending_tools as marks.sending_tools
		with data.secret_tools as marks.secret_tools
}

test_sending_when_not_all_is_known if {
	not policy.allow with input as sending([], true) with data.sending_tools as marks.sending_tools
}

test_other_tools_go_on_after_a_secret if {
	input_of_reading := object.union(sending([tool_call("read_secret")], true), {"request": {"tool": "read_note"}})
	policy.allow with input as input_of_reading
		with data.sending_tools as marks.sending_tools
		with data.secret_tools as marks.secret_tools
}
