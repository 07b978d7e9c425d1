package mcp.policy_test

import data.mcp.policy

after(count) := object.union(calling("read_note"), {"session": {"request_count": count}})

test_below_the_limit if {
	policy.allow with input as after(99) with data.rate_limits as {"default": 100}
}

test_at_the_limit if {
	fired == {"rate_limit_exceeded"} with input as after(100) with data.rate_limits as {"default": 100}
}

test_own_limit_of_the_agent_counts_more if {
	fired == {"rate_limit_exceeded"} with input as after(10) with data.rate_limits as {"default": 100, "cursor": 10}
	policy.allow with input as after(100) with data.rate_limits as {"default": 100, "cursor": 1000}
}

test_no_limit_set if {
	policy.allow with input as after(1000000) with data.rate_limits as {}
}

test_violation_names_both_figures if {
	text := "Agent 'cursor' exceeded rate limit: request 101 of this session, and the limit is 100"
	policy.violations == {text} with input as after(101) with data.rate_limits as {"default": 100}
}
