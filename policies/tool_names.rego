# Names of tools in lists. An entry names one tool, or several by an asterisk at its end, its beginning
# or both: `send_*`, `*_all`, `*payment*`.
package mcp.policy

# METADATA
# title: Whether the tool of this call stands in the list
# description: Calls without a tool stand in none.
tool_listed(list) if {
	input.request.tool != ""
	some pattern in list
	name_matches(pattern, input.request.tool)
}

# METADATA
# title: Whether a name is meant by an entry of a list
# scope: document
name_matches(pattern, name) if pattern == name

name_matches(pattern, name) if {
	endswith(pattern, "*")
	startswith(name, trim_suffix(pattern, "*"))
}

name_matches(pattern, name) if {
	startswith(pattern, "*")
	endswith(name, trim_prefix(pattern, "*"))
}

name_matches(pattern, name) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(name, trim(pattern, "*"))
}
