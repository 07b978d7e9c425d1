package mcp.policy_test

import data.mcp.policy

test_nothing_is_to_be_done_besides if {
	policy.obligations == {"log": [], "alert": null, "redact": []} with input as calling("read_note")
		with data.tool_notes as {"money": ["pay"]}
		with data.alert_tools as ["pay"]
		with data.redact_arguments as {"pay": ["card"]}
}

test_notes if {
	policy.obligations.log == ["money", "personal"] with input as calling("pay")
		with data.tool_notes as {"personal": ["pay*"], "money": ["pay"], "files": ["read_*"]}
}

test_alert if {
	input_of_payment := object.union(calling("pay"), {"server": "bank"})
	policy.obligations.alert == "Tool 'pay' of bank was called" with input as input_of_payment
		with data.alert_tools as ["pay"]
}

test_redaction if {
	policy.obligations.redact == ["auth.token", "card"] with input as calling("pay")
		with data.redact_arguments as {"pay": ["card"], "*": ["auth.token"], "read_*": ["path"]}
}

test_denied_call_has_them_too if {
	decision := policy.decision with input as calling("pay")
		with data.blocked_tools as ["pay"]
		with data.redact_arguments as {"pay": ["card"]}
	not decision.allow
	decision.obligations.redact == ["card"]
}
