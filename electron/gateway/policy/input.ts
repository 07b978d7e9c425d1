// Builds what a policy sees of a call: the only place where the shape of `input` is decided.
import type { JudgedCall, Surroundings } from '../call.ts';

export type { Surroundings };

/**
 * The input document, as policies/input.schema.json describes it: the nested form of the Go server, beside it the
 * flat form that its README's policies use. Strings are empty where a call has nothing of the kind, as in Go, so
 * that `startswith(input.tool, …)` never meets a null.
 */
export function buildInput(call: JudgedCall, surroundings: Surroundings) {
  const { agent, session, method } = call;
  const tool = call.tool ?? '';
  return {
    agent: {
      id: agent.id,
      name: agent.name,
      capabilities: agent.capabilities,
      model: agent.model,
      publisher: agent.publisher,
      tags: agent.tags,
    },
    request: { method, tool, arguments: call.arguments, intent: '' },
    session: {
      id: session.id,
      request_count: session.requestCount,
      started_at: timestamp(session.startedAt),
      cumulative_reads: session.cumulativeReads,
      cumulative_writes: session.cumulativeWrites,
      history: session.history,
    },
    // Nothing verifies identities yet, so nobody has one: tools that require one are denied.
    identity: { verified: false, did: '' },
    context: {
      timestamp: timestamp(call.at),
      source_ip: call.sourceIp,
      environment: surroundings.environment,
      proxy_region: surroundings.proxyRegion,
    },
    method,
    tool,
    arguments: call.arguments,
    server: call.server,
    client: call.client.name,
    client_id: call.clientId ?? '',
    process: processOf(call),
    resource: call.resource ?? '',
  };
}

/** A hint for rules that would rather deny: any program can start, or become, any other one of its user. */
function processOf({ process }: JudgedCall) {
  return {
    pid: process?.pid ?? 0,
    executable: process?.executable ?? '',
    name: process?.name ?? '',
    proven: false,
  };
}

/** RFC 3339 in UTC. Throws a RangeError where `ms` is no time. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
