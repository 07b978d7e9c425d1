# Ask first: calls that a person is asked about, whatever the mode of the proxy. What asks are `questions`: other files can
# add more, and `exceptions` take them back for some calls.
package mcp.policy

# METADATA
# title: Tools that a person is asked about each time
# description: Entries of `ask_tools` may be patterns.
questions contains {"rule": "ask_tools", "message": text} if {
	tool_listed(data.ask_tools)
	text := sprintf("'%s' is on the list of tools that need your permission for each call", [input.request.tool])
}

# METADATA
# title: Questions that no exception is made from
open_questions contains question if {
	some question in questions
	not question.rule in excepted
}

# METADATA
# title: Whether a person is to be asked
# description: Only what is allowed is asked about; a denial stays one.
# scope: document
default ask := false

ask if {
	allow
	count(open_questions) > 0
}

# METADATA
# title: What the person who is asked reads
# scope: document
default message := null

message := concat("; ", sort({question.message | some question in open_questions})) if ask
