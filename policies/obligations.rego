# Obligations: what is to be done besides, whether a call is allowed or not. Its record gets a note (`tool_notes`), the
# user is told (`alert_tools`), or values of its arguments are kept out of the log (`redact_arguments`).
package mcp.policy

# METADATA
# title: What the proxy does besides
obligations := {
	"log": sort(notes),
	"alert": alert,
	"redact": sort(redactions),
}

# METADATA
# title: Notes in the record of the call
notes contains text if {
	some text, tools in data.tool_notes
	tool_listed(tools)
}

# METADATA
# title: What the user is told on the desktop
alerts contains text if {
	tool_listed(data.alert_tools)
	text := sprintf("Tool '%s' of %s was called", [input.request.tool, input.server])
}

# METADATA
# title: All alerts in one text
# scope: document
default alert := null

alert := concat("; ", sort(alerts)) if count(alerts) > 0

# METADATA
# title: Where in the arguments values lie that are not to be recorded
redactions contains path if {
	some pattern, paths in data.redact_arguments
	tool_listed([pattern])
	some path in paths
}
