# Lists: what a client is told of the tools, prompts and resources of a server.
package mcp.policy

# METADATA
# title: Whether a tool, prompt or resource stands in the list that a client asks for
# description: |
#   Asked for each with the input that a call of it would have, but without its arguments, which nobody knows yet.
#   So only those objections count that say of themselves that they hold whatever the arguments are, and for the whole
#   session (`"hides": true`). What is listed can still be denied when it is called.
# scope: document
# entrypoint: true
default listed := false

listed if {
	every objection in standing {
		not objection.hides
	}
}
