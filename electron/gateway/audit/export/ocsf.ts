// Calls as events of the Open Cybersecurity Schema Framework, version 1.6.0 (schema.ocsf.io/1.6.0/classes/api_activity).
import { parsed } from './json-lines.ts';
import type { ExportedCall } from './exported-call.ts';

const version = '1.6.0';
const application = { uid: 6, name: 'Application Activity' } as const;
const apiActivity = { uid: 6003, name: 'API Activity' } as const;

const activities = { read: { id: 2, name: 'Read' }, other: { id: 99, name: 'Other' } } as const;

/** What MCP says of a tool does not tell whether it reads or writes; of these methods it is known. */
const reading: ReadonlySet<string> = new Set([
  'resources/read',
  'resources/list',
  'resources/templates/list',
  'tools/list',
  'prompts/list',
  'prompts/get',
]);

/** One event, without any line break. With the profile `security_control`: whether the policy let it through. */
export function ocsfOf(call: ExportedCall): string {
  const allowed = call.allowed === 1;
  const activity = reading.has(call.method) ? activities.read : activities.other;
  return JSON.stringify({
    metadata: {
      version,
      product: { name: 'MCP Proxy Desktop', vendor_name: 'MCP Proxy Desktop' },
      profiles: ['security_control'],
      uid: call.request_id,
      sequence: call.id,
    },
    category_uid: application.uid,
    category_name: application.name,
    class_uid: apiActivity.uid,
    class_name: apiActivity.name,
    activity_id: activity.id,
    activity_name: activity === activities.other ? call.method : activity.name,
    type_uid: apiActivity.uid * 100 + activity.id,
    type_name: `${apiActivity.name}: ${activity.name}`,
    time: Date.parse(call.timestamp),
    ...severityOf(call),
    ...statusOf(call),
    status_detail: call.error ?? undefined,
    ...(allowed
      ? { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' }
      : { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' }),
    policy: call.matched_rule === null ? undefined : { name: call.matched_rule },
    is_alert: call.alert !== null,
    message: call.alert ?? undefined,
    duration: call.latency_ms === null ? undefined : Math.round(call.latency_ms),
    actor: {
      app_name: call.client,
      user: { uid: call.agent_id, name: call.agent_name, type_id: 0 },
      session: { uid: call.session_id },
    },
    api: {
      operation: call.tool ?? call.method,
      service: { name: call.server },
      request: { uid: call.request_id, data: call.arguments === null ? undefined : asObject(call.arguments) },
      response: {
        code: call.error_code ?? undefined,
        error: call.error === null ? undefined : call.reason,
        error_message: call.error ?? undefined,
      },
    },
    resources: call.resource_uri === null ? undefined : [{ uid: call.resource_uri, type: 'MCP resource' }],
    src_endpoint: { ip: call.source_ip, name: call.client },
    dst_endpoint: { svc_name: call.server, name: call.server },
    unmapped: {
      method: call.method,
      reason: call.reason,
      violations: parsed(call.violations),
      notes: parsed(call.notes),
      policy_mode: call.policy_mode,
      waited_ms: call.waited_ms,
      status: call.status,
      client_version: call.client_version,
      capabilities: parsed(call.capabilities),
      arguments_bytes: call.arguments_bytes,
      response_bytes: call.response_bytes,
    },
  });
}

function severityOf({ allowed, alert }: ExportedCall): { severity_id: number; severity: string } {
  if (alert !== null) return { severity_id: 4, severity: 'High' };
  return allowed === 1 ? { severity_id: 1, severity: 'Informational' } : { severity_id: 2, severity: 'Low' };
}

function statusOf({ status }: ExportedCall): { status_id: number; status: string; status_code: string } {
  if (status === 'ok') return { status_id: 1, status: 'Success', status_code: status };
  if (status === 'pending' || status === 'unknown') {
    return { status_id: 0, status: 'Unknown', status_code: status };
  }
  return { status_id: 2, status: 'Failure', status_code: status };
}

/** `data` is an object; what was cut is none any more. */
function asObject(json: string): unknown {
  const value = parsed(json);
  return typeof value === 'object' && value !== null ? value : { text: json };
}
