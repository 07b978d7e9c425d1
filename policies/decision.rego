# METADATA
# title: Decision
# description: |
#   What the proxy asks for every call that it checks. A call is allowed if nothing speaks against it.
#   What speaks against it are `objections`: the other files add them, and so can a file of your own.
#   `exceptions` take them back for some calls.
package mcp.policy

# METADATA
# title: The answer to the proxy
# entrypoint: true
decision := {
	"allow": allow,
	"ask": ask,
	"violations": sort(violations),
	"matched_rule": matched_rule,
	"required_capability": missing_capability,
	"message": message,
	"obligations": obligations,
}

# METADATA
# title: Whether nothing speaks against the call
# scope: document
default allow := false

allow if count(standing) == 0

# METADATA
# title: Objections that no exception is made from
standing contains objection if {
	some objection in objections
	not objection.rule in excepted
}

# METADATA
# title: Rules that do not count for this call
# description: The shipped policies make no exceptions; files of your own may.
excepted contains exception.from if some exception in data.mcp.policy.exceptions

# METADATA
# title: One sentence for each thing that speaks against the call
violations contains objection.message if some objection in standing

# METADATA
# title: Which objection is named first
# description: From the most to the least telling, where several objections stand against one call.
precedence := [
	"blocked_agent",
	"blocked_did",
	"blocked_tool",
	"identity_required",
	"missing_capability",
	"model_blocked_for_pii",
	"rate_limit_exceeded",
]

# METADATA
# title: The rule that the audit log names for this call
matched_rule := rule if {
	rule := [named |
		some named in precedence
		some objection in standing
		objection.rule == named
	][0]
} else := rule if {
	rule := min({objection.rule | some objection in standing})
} else := rule if {
	rule := min({question.rule | some question in open_questions})
} else := rule if {
	rule := min({exception.rule |
		some exception in data.mcp.policy.exceptions
		exception.from in (objection_rules | question_rules)
	})
} else := "allowed"

# METADATA
# title: Names of the rules that speak against the call
objection_rules := {objection.rule | some objection in objections}

# METADATA
# title: Names of the rules that want a person to be asked
question_rules := {question.rule | some question in questions}
