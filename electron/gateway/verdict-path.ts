// The heart of the program: the one way down that every call takes, from the policy to the server.
import type { PolicyMode, VerdictReason } from '../shared/domain.ts';
import type { AllowedMessage, Call, CallOutcome, Decision, ParamHeaders, Verdict } from './call.ts';
import { errors, type Refusal } from './errors.ts';
import type {
  Approver,
  CallLog,
  ExceededLimit,
  Logger,
  PolicyEngine,
  Question,
  RateLimiter,
  StandingAnswer,
  WaitingClient,
} from './ports.ts';
import { cancellation } from './wire/cancellation.ts';
import type { Message, RequestId, ResponseMessage } from './wire/json-rpc.ts';

export interface VerdictSettings {
  readonly mode: PolicyMode;
  readonly paused: boolean;
  readonly policyEnabled: boolean;
  readonly approvalsEnabled: boolean;
  /** Which calls a person is asked about in mode audit, beside those for which the policy says so. */
  readonly askInAudit: 'none' | 'denied' | 'all';
}

export interface VerdictCollaborators {
  readonly policy: PolicyEngine;
  readonly approver: Approver;
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly log: CallLog;
  readonly logger: Logger;
  /** Read anew for each call, because people change them while calls run. */
  readonly settings: (call: Call) => VerdictSettings;
  /** The `data` of a -32001 error. */
  readonly denialData: (
    call: Call,
    decision: Decision,
    mode: PolicyMode,
  ) => Readonly<Record<string, unknown>>;
  /** Tells the user what the policy wants said of a call that is on record. */
  readonly alert: (text: string, call: Call, recordId: number) => void;
}

/** Hands a message on to its server; `recordId` is the audit record that is already on disk. */
export type Forward = (allowed: AllowedMessage, recordId: number) => Promise<void>;

/**
 * Takes one call from verdict to server. Resolves to null where it was forwarded, else to what the client is
 * told. `withdrawn` aborts when the client gives up. Rejects only where `forward` does.
 */
export type VerdictPath = (
  call: Call,
  withdrawn: AbortSignal,
  forward: Forward,
  client: WaitingClient,
) => Promise<Refusal | null>;

/** What goes on or is refused: the call that came, or the one that a person has made of it. */
interface Settled {
  readonly call: Call;
  readonly verdict: Verdict;
}

export function createVerdictPath(collaborators: VerdictCollaborators): VerdictPath {
  const { policy, approver, limiter, log, logger, settings, denialData, alert } = collaborators;

  return async function passDown(came, withdrawn, forward, client) {
    const now = settings(came);
    const decision = judge(came, now);
    const first = settle(came, decision, now);
    // Nobody is asked about a call that could not go on anyway, and a denied one uses nothing up.
    const counts = came.treatment === 'enforce' && (first === 'ask' || first.allow);
    const exceeded = counts ? limiter.take(came) : null;
    const { call, verdict } = exceeded
      ? { call: came, verdict: tooOften(decision, now) }
      : first === 'ask'
        ? await ask(came, decision, client, withdrawn)
        : { call: came, verdict: first };
    const refusal = verdict.allow ? null : refuse(call, verdict, exceeded);
    let recordId: number;
    try {
      if (call !== came) await log.record(came, replaced(decision, now), null);
      recordId = await log.record(
        call,
        verdict,
        refusal && { code: errors[refusal.error].code, message: refusal.message },
      );
    } catch (error) {
      logger.error('audit_write_failed', { requestId: call.requestId, error: String(error) });
      return unrecorded(error);
    }
    const warning = verdict.decision.obligations?.alert ?? null;
    if (warning !== null) alert(warning, call, recordId);
    if (refusal !== null) return refusal;
    const stopped = stoppedMeanwhile(call, withdrawn);
    if (stopped !== null) {
      log.complete(recordId, neverForwarded(stopped));
      return stopped;
    }
    await forward(allowed(call.message, call.requestId, call.paramHeaders), recordId);
    return null;
  };

  function judge(call: Call, { policyEnabled, paused }: VerdictSettings): Decision {
    return call.treatment === 'enforce' && policyEnabled && !paused ? policy.decide(call) : notChecked;
  }

  /**
   * What was answered for always, a person's answer, or the default where there is none. An answer is one to the question
   * that was asked: what policy, mode and pause are by then, and what they say of arguments that a person has changed,
   * counts, and may be another question.
   */
  async function ask(
    came: Call,
    asked: Decision,
    client: WaitingClient,
    withdrawn: AbortSignal,
  ): Promise<Settled> {
    let call = came;
    let decision = asked;
    let waitedMs: number | null = null;
    const notes: string[] = [];
    for (;;) {
      // A token says who calls; of others that is known by the program alone, and by no other one in the same session.
      const asker = call.clientId === null ? { ...call, process: await client.program() } : call;
      const before = settings(call);
      if (before.paused)
        return { call, verdict: { allow: false, reason: 'paused', mode: before.mode, decision, waitedMs } };
      const standing = policy.standing(asker, decision);
      if (standing !== null) return { call, verdict: stands(decision, standing, before, waitedMs) };
      const answer = await approver.ask(asker, decision, questionOf(decision, before), client, withdrawn);
      if (answer.waitedMs !== null) waitedMs = (waitedMs ?? 0) + answer.waitedMs;
      notes.push(...answer.notes);
      const isEdited = answer.edited !== null;
      if (isEdited) notes.push(`The user changed the arguments: ${call.requestId} is what came`);
      const now = settings(call);
      const given = { mode: now.mode, decision, waitedMs, ...(notes.length === 0 ? {} : { notes }) };
      if (answer.by === 'withdrawn' || withdrawn.aborted)
        return { call, verdict: { allow: false, reason: 'withdrawn', ...given } };
      if (now.paused) return { call, verdict: { allow: false, reason: 'paused', ...given } };
      if (!answer.allow) {
        const isDefault = answer.by === 'no_answer' || answer.by === 'nobody_to_ask';
        return isDefault && now.mode === 'audit'
          ? { call, verdict: { allow: true, reason: 'audit_mode', ...given } }
          : { call, verdict: { allow: false, reason: answer.by, ...given } };
      }
      call = answer.edited ?? call;
      const again = judge(call, now);
      const next = settle(call, again, now);
      if (next !== 'ask' && !next.allow) return { call, verdict: { ...next, waitedMs, notes } };
      if (next !== 'ask' || isSameQuestion(again, decision, isEdited))
        return { call, verdict: { ...given, allow: true, reason: answer.by, decision: again } };
      decision = again;
    }
  }

  /** What became of a call while its record was written. */
  function stoppedMeanwhile(call: Call, withdrawn: AbortSignal): (Refusal & { message: string }) | null {
    if (withdrawn.aborted) {
      return { error: 'policy_violation', message: 'cancelled before it was forwarded' };
    }
    if (call.treatment !== 'enforce' || !settings(call).paused) return null;
    return { error: 'paused', message: errors.paused.message };
  }

  function refuse(
    call: Call,
    { reason, decision, mode }: Verdict,
    exceeded: ExceededLimit | null,
  ): Refusal & { message: string } {
    if (exceeded !== null) return refusedRate(call, exceeded);
    if (reason === 'paused') return { error: 'paused', message: errors.paused.message };
    const why = unanswered[reason] ?? decision.violations.join('; ');
    const message = errors.policy_violation.message + (why === '' ? '' : `: ${why}`);
    return { error: 'policy_violation', message, data: denialData(call, decision, mode) };
  }
}

/** An answer to a request of the server's own (sampling, elicitation, roots) that this client was sent. */
export function allowAnswer(answer: ResponseMessage): AllowedMessage {
  return allowed(answer, null);
}

/** Tells the server that the proxy itself gives a request up: this call, which the client has called `id`. */
export function allowCancellation(
  id: RequestId,
  { requestId }: Pick<Call, 'requestId'>,
  reason: string,
): AllowedMessage {
  return allowed(cancellation(id, reason), requestId);
}

/** What the app asks a server by itself, to find out what it is. Nothing among it does anything there. */
export type OwnQuestion = 'initialize' | 'notifications/initialized' | 'tools/list' | 'server/discover';

/** A message of the app's own to a server; `id` is null for a notification. */
export function allowOwnQuestion(
  method: OwnQuestion,
  id: RequestId | null,
  params: Readonly<Record<string, unknown>>,
): AllowedMessage {
  const json = { jsonrpc: '2.0', ...(id === null ? {} : { id }), method, params };
  const bytes = Buffer.from(JSON.stringify(json));
  return allowed(
    id === null
      ? { kind: 'notification', method, params, bytes }
      : { kind: 'request', id, method, params, bytes },
    null,
  );
}

/** Why a call was refused, where that does not stand in the policy's violations. */
const unanswered: Partial<Record<VerdictReason, string>> = {
  person: 'the user denied this call',
  grant: 'the user denied calls like this one',
  quiet: 'approval is needed, and the user does not want to be asked now',
  no_answer: 'nobody answered the request for approval in time',
  nobody_to_ask: 'approval is needed and nobody is there to give it',
  withdrawn: 'the call was cancelled before it was approved',
};

/** The outcome of a call whose record says that it may go on, and that did not. */
function neverForwarded({ error, message }: Refusal & { message: string }): CallOutcome {
  const errorCode = error === 'paused' ? errors.paused.code : null;
  return { status: 'cancelled', latencyMicros: null, responseBytes: null, errorCode, errorMessage: message };
}

const notChecked: Decision = {
  allow: true,
  ask: false,
  violations: [],
  matchedRule: null,
  requiredCapability: null,
  message: null,
};

/** The verdict where it needs nobody's word. Pause comes first, then policy, then the mode. */
function settle(call: Call, decision: Decision, settings: VerdictSettings): Verdict | 'ask' {
  const { mode, paused, policyEnabled, approvalsEnabled } = settings;
  const given = { mode, decision, waitedMs: null };
  if (call.treatment !== 'enforce') return { allow: true, reason: 'pass', ...given };
  if (paused) return { allow: false, reason: 'paused', ...given };
  if (!policyEnabled) return { allow: true, reason: 'policy_off', ...given };
  if (approvalsEnabled && (decision.ask || asksInAudit(decision, settings))) return 'ask';
  if (decision.allow && !decision.ask) return { allow: true, reason: 'policy', ...given };
  if (mode === 'audit') return { allow: true, reason: 'audit_mode', ...given };
  return { allow: false, reason: decision.ask ? 'nobody_to_ask' : 'policy', ...given };
}

/** In audit, a person may have a word where the policy has none. */
function asksInAudit({ allow }: Decision, { mode, askInAudit }: VerdictSettings): boolean {
  return mode === 'audit' && (askInAudit === 'all' || (askInAudit === 'denied' && !allow));
}

function questionOf({ allow, ask }: Decision, { mode }: VerdictSettings): Question {
  return { mode, why: ask ? 'policy' : allow ? 'all' : 'denied' };
}

/**
 * Of changed arguments the policy may say something else by the same rule, and then it is read again. Of the same call
 * it may only word things otherwise (with the time of day, say): to ask for that would not come to an end.
 */
function isSameQuestion(now: Decision, asked: Decision, isEdited: boolean): boolean {
  return (
    now.allow === asked.allow &&
    now.ask === asked.ask &&
    now.matchedRule === asked.matchedRule &&
    (!isEdited || JSON.stringify(now.violations) === JSON.stringify(asked.violations))
  );
}

function stands(
  decision: Decision,
  { allow, rule }: StandingAnswer,
  { mode }: VerdictSettings,
  waitedMs: number | null,
): Verdict {
  const violations = allow ? [] : ['The user has denied this for always'];
  const answered = { ...decision, allow, ask: false, matchedRule: rule, violations };
  return { allow, reason: 'policy', mode, decision: answered, waitedMs };
}

/** Of a call that goes on with other arguments, which have a record of their own. */
function replaced(decision: Decision, { mode }: VerdictSettings): Verdict {
  return { allow: false, reason: 'edited', mode, decision, waitedMs: null };
}

function tooOften(decision: Decision, { mode }: VerdictSettings): Verdict {
  return { allow: false, reason: 'rate_limit', mode, decision, waitedMs: null };
}

/** The log's error may say what helps, in words that are for clients. */
function unrecorded(error: unknown): Refusal {
  const advice = error instanceof Error && 'advice' in error ? error.advice : null;
  if (typeof advice !== 'string') return { error: 'audit_unavailable' };
  return { error: 'audit_unavailable', message: `${errors.audit_unavailable.message}: ${advice}` };
}

/** With the data of the Go server's error. */
function refusedRate(call: Call, { whose, limit, span }: ExceededLimit): Refusal & { message: string } {
  const message = `${errors.rate_limited.message}: ${whose} may make ${limit} calls in one ${span}`;
  return { error: 'rate_limited', message, data: { agent_id: call.agent.id, limit, current: limit } };
}

/** The one place where an AllowedMessage is made. */
function allowed(
  message: Message,
  requestId: string | null,
  paramHeaders: ParamHeaders = {},
): AllowedMessage {
  return { message, paramHeaders, requestId } as AllowedMessage;
}
