// What a span says of a call, in the words of OpenTelemetry's conventions for MCP (semantic-conventions-genai, mcp.md) and, for
// what those have no words for, under `mcp_proxy.`: names and codes, but no arguments, results, tokens, or messages of errors,
// which may repeat any of them.
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Call, CallOutcome, Verdict } from '../call.ts';
import { errors, type Refusal } from '../errors.ts';

/** Larger results are not parsed here to find out whether they say that the tool failed. Bytes. */
const MAX_LOOKED_INTO = 64 * 1024;
const LONGEST_NAME = 200;

/** `tools/call read_file`: method and target, where that is one of few. */
export function spanName({ method, tool }: Named): string {
  return (tool === null ? method : `${method} ${tool}`).slice(0, LONGEST_NAME);
}

/** What is named in a call, without secrets. */
export type Named = Pick<Call, 'method' | 'tool' | 'resource'>;

/** What the spans of both sides say of a call. */
export function targetAttributes({ method, tool, resource }: Named, { message, server }: Call): Attributes {
  const id = message.kind === 'request' ? message.id : null;
  return {
    'mcp.method.name': method,
    ...(method === 'tools/call' ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(tool === null
      ? {}
      : { [method === 'prompts/get' ? 'gen_ai.prompt.name' : 'gen_ai.tool.name']: tool }),
    ...(resource === null ? {} : { 'mcp.resource.uri': resource }),
    ...(id === null ? {} : { 'jsonrpc.request.id': String(id) }),
    'mcp_proxy.server': server,
  };
}

/** Who called. `hasOwnSession`: the session's id is one of MCP, and no other client's. */
export function callerAttributes(
  { requestId, agent, session, sourceIp }: Call,
  hasOwnSession: boolean,
): Attributes {
  return {
    ...(hasOwnSession ? { 'mcp.session.id': session.id } : {}),
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'client.address': sourceIp,
    'mcp_proxy.request.id': requestId,
    'mcp_proxy.agent.id': agent.id,
  };
}

export function verdictAttributes({ allow, reason, mode, decision }: Verdict): Attributes {
  return {
    'mcp_proxy.verdict.allow': allow,
    'mcp_proxy.verdict.reason': reason,
    'mcp_proxy.policy.mode': mode,
    ...(decision.matchedRule === null ? {} : { 'mcp_proxy.policy.rule': decision.matchedRule }),
  };
}

/** The call was answered with an error of ours. */
export function failBy(span: Span, { error }: Refusal): void {
  const { code } = errors[error];
  fail(span, String(code), { 'rpc.response.status_code': String(code), 'mcp_proxy.error': error });
}

/** The client got no answer, because it wanted none any more. */
export function failAsCancelled(span: Span): void {
  fail(span, 'cancelled');
}

/** How a forwarded call ended, as its client sees it. */
export function endedForClient(span: Span, outcome: CallOutcome): void {
  const { status, errorCode } = outcome;
  if (errorCode !== null) fail(span, String(errorCode), { 'rpc.response.status_code': String(errorCode) });
  else if (status === 'cancelled') failAsCancelled(span);
  else if (saysToolFailed(outcome)) fail(span, 'tool_error');
}

/** How it ended, as we see its server: what the proxy answered in its place is not the server's. */
export function endedAtServer(span: Span, outcome: CallOutcome): void {
  const { status, timedOut = false } = outcome;
  if (status === 'upstream_error') fail(span, timedOut ? 'timeout' : 'upstream_error');
  else if (status === 'cancelled') failAsCancelled(span);
  else endedForClient(span, outcome);
}

function fail(span: Span, type: string, attributes: Attributes = {}): void {
  span.setAttributes({ 'error.type': type, ...attributes });
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** A tool that fails says so in a result (MCP 2025-11-25, tools, error handling). */
function saysToolFailed({ answer }: CallOutcome): boolean {
  if (answer === undefined || answer.bytes.length > MAX_LOOKED_INTO) return false;
  const { result } = answer;
  return typeof result === 'object' && result !== null && 'isError' in result && result.isError === true;
}
