// One client as policies, the audit log and people see it: who it is, and what it has done so far.
import type { SessionSummary } from '../../shared/domain.ts';
import type { Call, ClientClaim, ParamHeaders } from '../call.ts';
import { errors, type Refusal } from '../errors.ts';
import type { CallLog, Clock, RefusedMessage, Upstream } from '../ports.ts';
import { type CallContext, type Classified, classify } from '../router/classify.ts';
import { effectOf } from '../router/effect.ts';
import { newRequestId } from '../router/request-id.ts';
import { refusalMessage } from '../wire/error-response.ts';
import type { NotificationMessage, RequestMessage } from '../wire/json-rpc.ts';
import type { PastCalls } from './past-calls.ts';
import type { Presence } from './presence.ts';
import type { Caller, TransportKind } from './session-types.ts';

export interface SessionIdentity {
  readonly id: string;
  readonly transport: TransportKind;
  /** Who opened it, and nobody else uses it. */
  readonly caller: Caller;
  readonly presence: Pick<Presence, 'process' | 'sole'>;
  readonly past: PastCalls;
}

export interface FactsCollaborators {
  /** What it talks to. */
  readonly upstream: Pick<Upstream, 'name'>;
  readonly log: CallLog;
  readonly clock: Clock;
}

/** What it knows goes into each call, as it stands then. */
export class ClientFacts {
  readonly startedAt: number;
  lastSeenAt: number;

  readonly #identity: SessionIdentity;
  readonly #with: FactsCollaborators;
  /** Who the client says that it is. */
  #claim: ClientClaim;
  #requests = 0;
  #reads = 0;
  #writes = 0;

  constructor(
    identity: SessionIdentity,
    collaborators: FactsCollaborators,
    claim: ClientClaim = { name: '', version: '' },
  ) {
    this.#identity = identity;
    this.#with = collaborators;
    this.#claim = claim;
    this.startedAt = this.lastSeenAt = collaborators.clock.now();
  }

  introduce(claim: ClientClaim): void {
    this.#claim = claim;
  }

  /** A message came. */
  seen(): void {
    this.lastSeenAt = this.#with.clock.now();
  }

  /** The call that a message is, where it can be one. It is counted in either case. */
  callOf(message: RequestMessage | NotificationMessage, paramHeaders: ParamHeaders = {}): Classified {
    this.#requests += 1;
    const classified = classify(message, this.#context(paramHeaders));
    if (classified.ok) this.#count(classified.call);
    return classified;
  }

  /** This call goes on to its server: policies know of it from now on. */
  forwards(call: Call): void {
    this.#identity.past.add(call);
  }

  /** Records a message that never became a call. */
  refused(
    { method }: RequestMessage | NotificationMessage,
    refusal: Refusal,
    reason: RefusedMessage['reason'] = 'malformed',
  ): void {
    this.#with.log.refused({
      requestId: newRequestId(),
      at: this.lastSeenAt,
      sessionId: this.#identity.id,
      server: this.#with.upstream.name,
      method,
      reason,
      errorCode: errors[refusal.error].code,
      errorMessage: refusalMessage(refusal),
      sourceIp: this.#identity.caller.sourceIp,
    });
  }

  summary(): SessionSummary {
    const { id, transport, caller, presence } = this.#identity;
    return {
      id,
      transport,
      client: this.#claim.name,
      agentId: caller.agent.id,
      clientId: caller.clientId,
      process: presence.process,
      server: this.#with.upstream.name,
      startedAt: this.startedAt,
      lastSeenAt: this.lastSeenAt,
      requests: this.#requests,
    };
  }

  #context(paramHeaders: ParamHeaders): CallContext {
    const { id, caller, presence, past } = this.#identity;
    return {
      at: this.lastSeenAt,
      server: this.#with.upstream.name,
      agent: caller.agent,
      clientId: caller.clientId,
      client: this.#claim,
      process: presence.process,
      sourceIp: caller.sourceIp,
      paramHeaders,
      session: {
        id,
        requestCount: this.#requests,
        startedAt: this.startedAt,
        cumulativeReads: this.#reads,
        cumulativeWrites: this.#writes,
        history: past.history,
      },
    };
  }

  #count(call: Call): void {
    const effect = effectOf(call);
    if (effect === 'read') this.#reads += 1;
    else if (effect === 'write') this.#writes += 1;
  }
}
