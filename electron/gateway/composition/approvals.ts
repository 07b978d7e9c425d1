// Approvals: the desk where calls wait for a person, and what others tell it about them.
import { createApprovalDesk } from '../approval/approval-desk.ts';
import type { AskedCall } from '../approval/asked-call.ts';
import { argumentText } from '../audit/argument-text.ts';
import { holdsSecret } from '../audit/holds-secret.ts';
import type { Emit } from '../gateway-options.ts';
import type { Policies } from '../policy/open-policies.ts';
import { findRuleWords } from '../policy/rule-words.ts';
import type { ApprovalDesk, BeforeQuery, CallArchive, CallLog, Redactor } from '../ports.ts';
import { newRequestId } from '../router/request-id.ts';
import { coalesce } from '../runtime/coalesce.ts';
import type { ToolDescriptions } from '../session/tool-descriptions.ts';
import type { GatewaySurroundings } from './surroundings.ts';

/** At most so many questions wait at once. */
const MAX_PENDING = 200;
const LASTING_MS = 15 * 60_000;
/** Time between two snapshots, milliseconds: a person sees none of it, and fifty questions at once are told together. */
const NOTICE_MS = 20;

export interface ApprovalNeeds {
  readonly policy: Pick<Policies, 'answers' | 'overview'>;
  readonly log: Pick<CallLog, 'note'>;
  readonly archive: Pick<CallArchive, 'before'>;
  readonly descriptions: Pick<ToolDescriptions, 'find'>;
  readonly emit: Emit;
}

/** The desk is closed by whoever composes the whole: before the sessions are. */
export function composeApprovals(
  { config, clock, logger, redactor, keep }: GatewaySurroundings,
  { policy, log, archive, descriptions, emit }: ApprovalNeeds,
): ApprovalDesk {
  const { approvals } = config;
  const notice = (tell: () => Promise<void>) => keep(coalesce(() => void tell(), NOTICE_MS));
  const notices = {
    pending: notice(async () => emit('approvals.changed', await desk.commands['approvals.list']())),
    grants: notice(async () => emit('grants.changed', await desk.commands['grants.list']())),
    quiet: notice(async () => emit('approvals.quiet.changed', await desk.commands['approvals.quiet.read']())),
  };
  const desk = createApprovalDesk({
    clock,
    logger,
    timeoutMs: approvals.timeout,
    onTimeout: approvals.on_timeout,
    longestHoldMs: approvals.max_hold,
    retryWindowMs: approvals.retry_window,
    lastingMs: LASTING_MS,
    maxPending: MAX_PENDING,
    newRequestId,
    words: {
      tool: (server, tool) => descriptions.find(server, tool),
      rule: (name) => findRuleWords(policy.overview().files, name),
      holdsSecret: ({ call, decision }) => holdsSecret(call, decision, redactor),
    },
    before: (asked) => archive.before(beforeQuery(asked, redactor)),
    rules: {
      ...policy.answers,
      draft: (asked, wish) =>
        wish.scope === 'arguments' && holdsSecret(asked.call, asked.decision, redactor)
          ? { possible: false, why: secretsInRule }
          : policy.answers.draft(asked, wish),
    },
    onChange: (what) => notices[what].request(),
    onGrant: ({ kind, id, what, scope, until }) =>
      log.note(
        kind === 'granted'
          ? { kind: 'approval.granted', by: 'person', subject: id, details: { what, scope, until } }
          : { kind: 'approval.revoked', by: 'person', subject: id, details: { what } },
      ),
  });
  // Somebody may answer over the admin API, whether or not there is a window.
  const setAttended = (attended: boolean) => desk.setAttended(attended || approvals.wait_for_api);
  setAttended(false);
  return { ...desk, setAttended };
}

/** Policy files are read, shown and kept. */
const secretsInRule = 'There is a secret in these arguments, and a rule would show it. Answer for the tool.';

function beforeQuery({ call, decision }: AskedCall, redactor: Redactor): BeforeQuery {
  const { session, agent, client, server, method, tool, resource } = call;
  return {
    sessionId: session.id,
    agentId: agent.id,
    client: client.name,
    server,
    method,
    tool,
    resource,
    arguments: argumentText(call, redactor.of(call, decision.obligations?.redact ?? [])).text,
  };
}
