// One client's session with all servers: each message goes to the server that it is for, and what comes back to the client.
import type { SessionSummary } from '../../shared/domain.ts';
import { ALL_SERVERS } from '../../shared/server-paths.ts';
import { errors, type Refusal, UpstreamError } from '../errors.ts';
import type { CallLog, Clock, Logger, Upstream } from '../ports.ts';
import { newRequestId } from '../router/request-id.ts';
import { claimIn, isId } from '../session/message-facts.ts';
import type { JointSessionParts } from '../session/session-store.ts';
import type { ClientOutlet, KeptSession } from '../session/session-types.ts';
import { errorResponse, refusalMessage } from '../wire/error-response.ts';
import type {
  Message,
  NotificationMessage,
  RequestId,
  RequestMessage,
  ResponseMessage,
} from '../wire/json-rpc.ts';
import { Changes } from './changes.ts';
import { has, introduceTogether } from './introduction.ts';
import { isList, listAnswer, mergedList } from './merged-list.ts';
import { prefixesOf } from './names.ts';
import { ownResult } from './own-messages.ts';
import { Part } from './part.ts';
import { ResourcePlaces } from './resource-places.ts';
import { ServerWords } from './server-words.ts';
import { findTarget } from './targets.ts';

/** How long each server may take for its part in what is asked of all. */
const PATIENCE_MS = 10_000;

export interface AllSessionCollaborators {
  readonly servers: readonly Upstream[];
  readonly proxyVersion: string;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A request of the client that is under way: at one server (null: at all of them), and what gives it up. */
interface Running {
  readonly method: string;
  readonly part: Part | null;
  readonly giveUp: AbortController | null;
}

export class AllSession implements KeptSession {
  readonly id: string;
  readonly startedAt: number;
  lastSeenAt: number;

  readonly #with: AllSessionCollaborators;
  readonly #joint: JointSessionParts;
  readonly #outlet: ClientOutlet;
  readonly #parts: readonly Part[];
  readonly #running = new Map<RequestId, Running>();
  readonly #places = new ResourcePlaces<Part>();
  readonly #changes: Changes;
  readonly #words: ServerWords;
  #client = '';
  #introduced = false;
  #protocolVersion: string | null = null;
  /** The client's `notifications/initialized`, for servers that join later. */
  #ready: NotificationMessage | null = null;
  #level: unknown = null;
  #requests = 0;
  #closed = false;

  constructor(joint: JointSessionParts, outlet: ClientOutlet, collaborators: AllSessionCollaborators) {
    this.id = joint.identity.id;
    this.#joint = joint;
    this.#outlet = outlet;
    this.#with = collaborators;
    this.startedAt = this.lastSeenAt = collaborators.clock.now();
    this.#changes = new Changes((json) => outlet.deliver(json, null));
    this.#words = new ServerWords(outlet, this.#places, this.#changes);
    const { servers, logger } = collaborators;
    const prefixes = prefixesOf(servers.map(({ name }) => name));
    this.#parts = servers.map(
      (server, index) =>
        new Part({
          server,
          prefix: prefixes[index] ?? server.name,
          open: (partOutlet) => joint.openPart(server, partOutlet),
          logger,
          on: {
            joined: (part) => this.#joined(part),
            left: (part) => this.#left(part),
            answered: (part, request, json) => this.#answered(part, request, json),
            abandoned: (request) => this.#abandon(request),
            streamed: (request, event) => this.#outlet.stream(request, event),
            said: (part, json, relatedTo) => this.#words.pass(part, json, relatedTo),
          },
        }),
    );
  }

  get protocolVersion(): string | null {
    return this.#protocolVersion;
  }

  summary(): SessionSummary {
    const { transport, caller, presence } = this.#joint.identity;
    return {
      id: this.id,
      transport,
      client: this.#client,
      agentId: caller.agent.id,
      clientId: caller.clientId,
      process: presence.process,
      server: ALL_SERVERS,
      startedAt: this.startedAt,
      lastSeenAt: this.lastSeenAt,
      requests: this.#requests,
    };
  }

  async receive(message: Message): Promise<void> {
    this.lastSeenAt = this.#with.clock.now();
    if (this.#closed) return;
    if (message.kind === 'response') await this.#answerServer(message);
    else if (message.kind === 'notification') await this.#hear(message);
    else await this.#serve(message);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#changes.close();
    // Each part answers what waits at its server.
    const parts = this.#parts.map((part) => part.close());
    for (const id of [...this.#running.keys()]) {
      this.#fail(id, 'The session ended before the request was answered');
    }
    this.#outlet.end();
    this.#joint.onClose();
    await Promise.all(parts);
  }

  // What the client asks.

  async #serve(message: RequestMessage): Promise<void> {
    const { id, method } = message;
    this.#requests += 1;
    const unfit = this.#unfit(message);
    if (unfit !== null) {
      this.#refuse(message, { error: 'invalid_request', message: `Invalid request: ${unfit}` });
      return;
    }
    if (method === 'ping') this.#outlet.answer(id, ownResult(id, {}));
    else if (method === 'initialize') await this.#initialize(message);
    else if (method === 'logging/setLevel') await this.#setLevel(message);
    else if (isList(method)) await this.#list(message);
    else await this.#forward(message);
  }

  #unfit({ id, method }: RequestMessage): string | null {
    if (this.#running.has(id)) return 'a request with this id is still running';
    if (method === 'initialize') return this.#introduced ? 'the session is initialized already' : null;
    return this.#protocolVersion === null && method !== 'ping' ? 'the session is not initialized yet' : null;
  }

  async #initialize(message: RequestMessage): Promise<void> {
    this.#introduced = true;
    this.#client = claimIn(message).name;
    const signal = patience(this.#begin(message));
    const joining = Promise.all(this.#parts.map((part) => part.join(message)));
    await Promise.race([joining, aborted(signal)]);
    if (!this.#running.has(message.id)) return;
    if (this.#parts.every(({ introduction }) => introduction === null)) {
      const why = this.#parts.map(({ name, absence }) => `${name}: ${absence}`).join('; ');
      this.#fail(message.id, `None of the servers could be reached (${why})`);
      await this.close();
      return;
    }
    const result = introduceTogether(this.#parts, message.params.protocolVersion, this.#with.proxyVersion);
    this.#protocolVersion = String(result.protocolVersion);
    this.#end(message.id, ownResult(message.id, result));
  }

  async #list(message: RequestMessage): Promise<void> {
    const { id, method, params } = message;
    if (params.cursor !== undefined) {
      const why = 'Invalid params: this cursor was not given here (lists of all servers are whole)';
      this.#refuse(message, { error: 'invalid_params', message: why });
      return;
    }
    const givenUp = this.#begin(message);
    this.#end(id, listAnswer(id, method, await this.#elements(method, id, givenUp)));
  }

  async #elements(method: string, relatedTo: RequestId, givenUp: AbortSignal): Promise<Buffer[]> {
    const { logger } = this.#with;
    const signal = patience(givenUp);
    return mergedList({ method, parts: this.#parts, places: this.#places, relatedTo, signal, logger });
  }

  async #setLevel(message: RequestMessage): Promise<void> {
    const { id, params } = message;
    this.#level = params.level;
    const signal = patience(this.#begin(message));
    const able = this.#parts.filter((part) => has(part, 'logging'));
    const set = await Promise.allSettled(able.map((part) => this.#levelOf(part, id, signal)));
    const failed = set.find((one) => one.status === 'rejected');
    if (failed !== undefined && set.every(({ status }) => status === 'rejected')) {
      this.#fail(id, failed.reason instanceof UpstreamError ? failed.reason.message : String(failed.reason));
    } else {
      this.#end(id, ownResult(id, {}));
    }
  }

  #levelOf(part: Part, relatedTo: RequestId | null, signal: AbortSignal): Promise<unknown> {
    return part.ask({ method: 'logging/setLevel', params: { level: this.#level }, relatedTo, signal });
  }

  /** Hands a request to the one server that it is for, under that server's own names. */
  async #forward(message: RequestMessage): Promise<void> {
    const { id, method } = message;
    const givenUp = this.#begin(message);
    const target = await findTarget(message, {
      parts: this.#parts,
      places: this.#places,
      learn: (list) => this.#elements(list, id, givenUp),
    });
    if (!this.#running.has(id)) return;
    if ('refusal' in target) {
      this.#running.delete(id);
      this.#refuse(message, target.refusal);
      return;
    }
    const { part } = target;
    this.#running.set(id, { method, part, giveUp: null });
    await part.receive(target.message);
  }

  /** The signal says that the client has given it up. */
  #begin({ id, method }: RequestMessage): AbortSignal {
    const giveUp = new AbortController();
    this.#running.set(id, { method, part: null, giveUp });
    return giveUp.signal;
  }

  /** Answers a request, unless it was answered or given up meanwhile. */
  #end(id: RequestId, json: Buffer): void {
    if (this.#running.delete(id)) this.#outlet.answer(id, json);
  }

  #fail(id: RequestId, why: string): void {
    this.#end(id, errorResponse(id, { error: 'upstream', message: why }));
  }

  /** Answers what never reached a server, and records that. */
  #refuse({ id, method }: RequestMessage, refusal: Refusal): void {
    this.#with.log.refused({
      requestId: newRequestId(),
      at: this.lastSeenAt,
      sessionId: this.id,
      server: ALL_SERVERS,
      method,
      reason: refusal.error === 'upstream' ? 'session' : 'malformed',
      errorCode: errors[refusal.error].code,
      errorMessage: refusalMessage(refusal),
      sourceIp: this.#joint.identity.caller.sourceIp,
    });
    this.#outlet.answer(id, errorResponse(id, refusal));
  }

  // What the client says without asking.

  async #hear(message: NotificationMessage): Promise<void> {
    switch (message.method) {
      case 'notifications/initialized':
        this.#ready = message;
        this.#changes.ready();
        await this.#tellAll(message);
        return;
      case 'notifications/roots/list_changed':
        await this.#tellAll(message);
        return;
      case 'notifications/progress': {
        const routed = this.#words.requests.progress(message);
        await routed?.server.receive(routed.message);
        return;
      }
      case 'notifications/cancelled':
        await this.#cancel(message);
        return;
      default:
        this.#with.logger.debug('notification_for_nobody', { method: message.method.slice(0, 100) });
    }
  }

  async #tellAll(message: NotificationMessage): Promise<void> {
    const there = this.#parts.filter(({ introduction }) => introduction !== null);
    await Promise.all(there.map((part) => part.receive(message)));
  }

  async #cancel(message: NotificationMessage): Promise<void> {
    const { requestId } = message.params;
    const running = isId(requestId) ? this.#running.get(requestId) : undefined;
    if (running === undefined || !isId(requestId)) return;
    if (running.part !== null) {
      await running.part.receive(message);
    } else if (running.method !== 'initialize') {
      this.#abandon(requestId);
      running.giveUp?.abort();
    }
  }

  async #answerServer(answer: ResponseMessage): Promise<void> {
    const routed = this.#words.requests.answer(answer);
    if (routed === null) this.#with.logger.warn('answer_to_nothing', { server: ALL_SERVERS });
    else await routed.server.receive(routed.message);
  }

  // What the servers say.

  #joined(part: Part): void {
    this.#with.logger.info('server_joined', { server: part.name, session: this.id });
    if (this.#protocolVersion === null) return;
    // The client was answered without this one.
    if (this.#ready !== null) void part.receive(this.#ready);
    if (this.#level !== null && has(part, 'logging')) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      this.#levelOf(part, null, signal).catch((error: unknown) =>
        this.#with.logger.warn('level_not_set', { server: part.name, error: String(error) }),
      );
    }
    this.#changes.ofAll();
  }

  #left(part: Part): void {
    this.#with.logger.warn('server_left', { server: part.name, session: this.id });
    this.#words.ended(part);
    this.#changes.ofAll();
  }

  #answered(part: Part, request: RequestId, json: Buffer): void {
    const method = this.#running.get(request)?.method ?? '';
    this.#end(request, showsResources.has(method) ? this.#places.showResult(part, json) : json);
  }

  #abandon(request: RequestId): void {
    if (this.#running.delete(request)) this.#outlet.abandon(request);
  }
}

/** Methods in whose results there may be URIs of resources. */
const showsResources: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Not longer than a server may take for its part in what is asked of all. */
function patience(givenUp: AbortSignal): AbortSignal {
  return AbortSignal.any([givenUp, AbortSignal.timeout(PATIENCE_MS)]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
