# Rate limits: `rate_limits` says at which number of requests in one session an agent is stopped, by its
# own id or under `default`. Without either there is no limit.
package mcp.policy

# METADATA
# title: The limit for the agent of this call.
rate_limit := limit if {
	limit := data.rate_limits[input.agent.id]
} else := data.rate_limits["default"]

# METADATA
# title: Rate limit
objections contains {"rule": "rate_limit_exceeded", "message": text} if {
	input.session.request_count >= rate_limit
	text := sprintf(
		"Agent '%s' exceeded rate limit: request %d of this session, and the limit is %d",
		[input.agent.id, input.session.request_count, rate_limit],
	)
}
