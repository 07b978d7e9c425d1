# Ask first: tools that a person is asked about each time (`ask_tools`), whatever the mode of the proxy.
package mcp.policy

# METADATA
# title: Whether a person is to be asked
# description: Only what is allowed is asked about; a denial stays one.
# scope: document
default ask := false

ask if {
	allow
	tool_listed(data.ask_tools)
}

# METADATA
# title: What the person who is asked reads
# scope: document
default message := null

message := sprintf("'%s' is on the list of tools that need your permission for each call", [input.request.tool]) if ask
