package mcp.policy

# Limit to 100 requests per session
deny {
    input.session.request_count > 100
}
