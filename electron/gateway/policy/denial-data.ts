// The `data` of the JSON-RPC error -32001, member for member as the Go server sends it.
import type { PolicyMode } from '../../shared/domain.ts';
import type { Call, Decision } from '../call.ts';

/** As in the Go server, `tool` and `required_capability` are left out where there is nothing to say. */
export function denialData(
  call: Call,
  decision: Decision,
  mode: PolicyMode,
): Readonly<Record<string, unknown>> {
  return {
    request_id: call.requestId,
    agent_id: call.agent.id,
    ...(call.tool === null ? {} : { tool: call.tool }),
    ...(decision.requiredCapability === null ? {} : { required_capability: decision.requiredCapability }),
    agent_capabilities: call.agent.capabilities,
    violations: decision.violations,
    policy_mode: mode,
    timestamp: new Date(call.at).toISOString(),
  };
}
