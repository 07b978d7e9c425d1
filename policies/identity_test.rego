package mcp.policy_test

import data.mcp.policy

proven := object.union(calling("pay"), {"identity": {"verified": true, "did": "did:key:good"}})

test_identity_is_required if {
	fired == {"identity_required"} with input as calling("pay") with data.identity_required_tools as ["pay"]
}

test_claim_alone_is_no_identity if {
	claim := {"identity": {"verified": false, "did": "did:key:good"}}
	fired == {"identity_required"} with input as object.union(calling("pay"), claim)
		with data.identity_required_tools as ["pay"]
		with data.allowed_dids as ["did:key:good"]
}

test_proven_identity_is_accepted if {
	policy.allow with input as proven with data.identity_required_tools as ["pay"]
}

test_identity_must_be_among_the_allowed if {
	policy.allow with input as proven
		with data.identity_required_tools as ["pay"]
		with data.allowed_dids as ["did:key:good"]
	fired == {"identity_required"} with input as proven
		with data.identity_required_tools as ["pay"]
		with data.allowed_dids as ["did:key:other"]
}

test_publisher_must_be_trusted if {
	policy.allow with input as proven
		with data.identity_required_tools as ["pay"]
		with data.trusted_publishers as ["some-publisher"]
	fired == {"identity_required"} with input as proven
		with data.identity_required_tools as ["pay"]
		with data.trusted_publishers as ["other-publisher"]
}

test_model_may_not_see_personal_data if {
	fired == {"model_blocked_for_pii"} with input as calling("read_contacts")
		with data.pii_tools as ["*contacts*"]
		with data.blocked_models_for_pii as ["some-model"]
}

test_other_model_may_see_personal_data if {
	policy.allow with input as calling("read_contacts")
		with data.pii_tools as ["*contacts*"]
		with data.blocked_models_for_pii as ["other-model"]
}
