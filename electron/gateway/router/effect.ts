// Guesses from a call's name whether it reads or writes, for the session's counters.
import type { Call } from '../call.ts';

const READS = /^(?:read|get|list|search|find|fetch|query|show|describe|view|count)(?:[^a-z]|$)/u;
const WRITES =
  /^(?:write|create|add|update|edit|set|put|delete|remove|move|rename|append|insert|send|post|push)(?:[^a-z]|$)/u;

export type Effect = 'read' | 'write' | 'other';

/**
 * Policies see the counters as `input.session.cumulative_reads` and `cumulative_writes`. Tool annotations are
 * claims of the server and not used (MCP 2025-11-25, tools, security considerations).
 */
export function effectOf(call: Pick<Call, 'method' | 'tool'>): Effect {
  if (call.method === 'resources/read') return 'read';
  if (call.method !== 'tools/call' || call.tool === null) return 'other';
  const name = call.tool.replace(/([a-z])([A-Z])/gu, '$1_$2').toLowerCase();
  if (READS.test(name)) return 'read';
  return WRITES.test(name) ? 'write' : 'other';
}
