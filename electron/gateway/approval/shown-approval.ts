// A waiting call as a person sees it: who, what, why, and what was before.
import { hash } from 'node:crypto';
import type { CallerShown, PendingApproval, ToolDescription } from '../../shared/approvals.ts';
import type { Call } from '../call.ts';
import { writtenArguments } from '../wire/written-arguments.ts';
import type { AskedCall } from './asked-call.ts';
import { isEditable } from './edited-call.ts';

/** What others know of a call. */
export interface ApprovalWords {
  /** What the server says of its tool; null where it was not seen to list it. */
  tool(server: string, tool: string): ToolDescription | null;
  /** What stands in the METADATA of a rule. */
  rule(name: string): PendingApproval['ruleWords'];
  /** Whether the records leave something out of what it acts on, or out of its arguments. */
  holdsSecret(asked: AskedCall): boolean;
}

type Fixed = Omit<PendingApproval, 'state' | 'now' | 'expiresAt' | 'heldUntil' | 'before'>;

/** What does not change while it waits. */
export function shownApproval(
  asked: AskedCall,
  onTimeout: PendingApproval['onTimeout'],
  words: ApprovalWords,
): Fixed {
  const { call, decision, question } = asked;
  const { server, method, tool, resource, session } = call;
  return {
    id: call.requestId,
    since: call.at,
    onTimeout,
    group: groupOf(asked),
    client: callerShown(call),
    server,
    method,
    tool,
    resource,
    resources: [...call.resources],
    described: tool === null || method !== 'tools/call' ? null : words.tool(server, tool),
    arguments: writtenArguments(call).toString('utf8'),
    holdsSecret: words.holdsSecret(asked),
    editable: isEditable(call),
    mode: question.mode,
    why: question.why,
    rule: decision.matchedRule,
    ruleWords: decision.matchedRule === null ? null : words.rule(decision.matchedRule),
    violations: [...decision.violations],
    message: decision.message,
    session: {
      id: session.id,
      startedAt: session.startedAt,
      requests: session.requestCount,
      reads: session.cumulativeReads,
      writes: session.cumulativeWrites,
      did: session.history.calls.slice(-MAX_DID),
      truncated: session.history.truncated || session.history.calls.length > MAX_DID,
    },
    offers: offersTo(asked),
  };
}

/** Of what a session did, so many kinds are shown. */
const MAX_DID = 50;

export function callerShown({ client, clientId, agent, process, sourceIp }: Call): CallerShown {
  return {
    name: client.name,
    version: client.version,
    id: clientId,
    agentId: agent.id,
    process:
      process === null ? null : { pid: process.pid, executable: process.executable, name: process.name },
    sourceIp,
  };
}

/** Calls of unknown callers are never the same: each is answered by itself. */
function groupOf({ call, caller, targets, reason }: AskedCall): string {
  const from = caller.session ?? caller.lasting ?? call.requestId;
  return hash('sha256', JSON.stringify([from, targets.arguments, reason])).slice(0, 32);
}

function offersTo({ call, caller }: AskedCall): PendingApproval['offers'] {
  const durations: PendingApproval['offers']['durations'] = ['once'];
  if (caller.lasting !== null) durations.push('15_minutes');
  if (caller.session !== null) durations.push('session');
  const isKnown = call.clientId !== null || (call.process?.executable ?? '') !== '';
  if (isKnown) durations.push('always');
  const why =
    durations.length === 4
      ? null
      : "This client can't be told from others that call themselves the same. Register it, and let it show its token, to answer for longer.";
  return { durations, why };
}
