# METADATA
# title: The team's list
# description: What is on it may be called; lists show nothing else.
package mcp.policy

default decision := {"allow": false, "matched_rule": "not_listed", "violations": ["Not on the team's list"]}

decision := {"allow": true, "matched_rule": "listed"} if input.tool in data.team.tools
