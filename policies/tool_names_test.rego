package mcp.policy_test

import data.mcp.policy

test_name_itself if policy.name_matches("read_note", "read_note")

test_other_name if not policy.name_matches("read_note", "read_notes")

test_beginning if policy.name_matches("send_*", "send_mail")

test_not_the_beginning if not policy.name_matches("send_*", "resend_mail")

test_end if policy.name_matches("*_all", "delete_all")

test_not_the_end if not policy.name_matches("*_all", "delete_allowed")

test_middle if policy.name_matches("*payment*", "make_payment_now")

test_not_the_middle if not policy.name_matches("*payment*", "pay")

test_everything if policy.name_matches("*", "read_note")

test_call_without_tool_stands_in_no_list if {
	not policy.tool_listed(["*"]) with input as calling("")
}
