// One client's session with all servers: each message goes to the server that it is for, and what comes back to the client.
import type { SessionSummary } from '../../shared/domain.ts';
import { ALL_SERVERS } from '../../shared/server-paths.ts';
import { type Refusal, UpstreamError } from '../errors.ts';
import type { CallLog, Clock, Logger, Upstream } from '../ports.ts';
import { ClientFacts } from '../session/client-facts.ts';
import { claimIn, isId } from '../session/message-facts.ts';
import type { JointSessionParts } from '../session/session-store.ts';
import type { ClientOutlet, KeptSession } from '../session/session-types.ts';
import { errorResponse } from '../wire/error-response.ts';
import type {
  Message,
  NotificationMessage,
  RequestId,
  RequestMessage,
  ResponseMessage,
} from '../wire/json-rpc.ts';
import { Changes } from './changes.ts';
import { ClientRequests } from './client-requests.ts';
import { has, introduceTogether } from './introduction.ts';
import { isList, listAnswer, mergedList } from './merged-list.ts';
import { prefixesOf } from './names.ts';
import { ownResult } from './own-messages.ts';
import { Part } from './part.ts';
import { ResourcePlaces } from './resource-places.ts';
import { ServerWords } from './server-words.ts';
import { findTarget } from './targets.ts';

export interface AllSessionCollaborators {
  readonly servers: readonly Upstream[];
  readonly proxyVersion: string;
  /** How long each server may take for its part in what is asked of all, milliseconds. */
  readonly patienceMs: number;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class AllSession implements KeptSession {
  readonly id: string;

  readonly #with: AllSessionCollaborators;
  readonly #joint: JointSessionParts;
  readonly #outlet: ClientOutlet;
  readonly #parts: readonly Part[];
  readonly #facts: ClientFacts;
  readonly #requests: ClientRequests;
  readonly #places = new ResourcePlaces<Part>();
  readonly #changes: Changes;
  readonly #words: ServerWords;
  #introduced = false;
  #protocolVersion: string | null = null;
  /** The client's `notifications/initialized`, for servers that join later. */
  #ready: NotificationMessage | null = null;
  #level: unknown = null;
  #count = 0;
  #closed = false;

  constructor(joint: JointSessionParts, outlet: ClientOutlet, collaborators: AllSessionCollaborators) {
    this.id = joint.identity.id;
    this.#joint = joint;
    this.#outlet = outlet;
    this.#with = collaborators;
    this.#facts = new ClientFacts(joint.identity, { ...collaborators, upstream: { name: ALL_SERVERS } });
    this.#requests = new ClientRequests(outlet);
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
            abandoned: (request) => this.#requests.abandon(request),
            streamed: (request, event) => this.#outlet.stream(request, event),
            said: (part, json, relatedTo) => this.#words.pass(part, json, relatedTo),
          },
        }),
    );
  }

  get protocolVersion(): string | null {
    return this.#protocolVersion;
  }

  get startedAt(): number {
    return this.#facts.startedAt;
  }

  get lastSeenAt(): number {
    return this.#facts.lastSeenAt;
  }

  summary(): SessionSummary {
    return { ...this.#facts.summary(), requests: this.#count };
  }

  async receive(message: Message): Promise<void> {
    this.#facts.seen();
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
    for (const id of this.#requests.ids) {
      this.#requests.fail(id, 'The session ended before the request was answered');
    }
    this.#outlet.end();
    this.#joint.onClose();
    await Promise.all(parts);
  }

  // What the client asks.

  async #serve(message: RequestMessage): Promise<void> {
    const { id, method } = message;
    this.#count += 1;
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
    if (this.#closed) return 'the session has ended';
    if (this.#requests.get(id) !== undefined) return 'a request with this id is still running';
    if (method === 'initialize') return this.#introduced ? 'the session is initialized already' : null;
    return this.#protocolVersion === null && method !== 'ping' ? 'the session is not initialized yet' : null;
  }

  async #initialize(message: RequestMessage): Promise<void> {
    this.#introduced = true;
    this.#facts.introduce(claimIn(message.params.clientInfo));
    const signal = this.#patience(this.#requests.begin(message));
    const joining = Promise.all(this.#parts.map((part) => part.join(message)));
    await Promise.race([joining, aborted(signal)]);
    if (this.#requests.get(message.id) === undefined) return;
    if (this.#parts.every(({ introduction }) => introduction === null)) {
      const why = this.#parts.map(({ name, absence }) => `${name}: ${absence}`).join('; ');
      this.#requests.fail(message.id, `None of the servers could be reached (${why})`);
      await this.close();
      return;
    }
    const result = introduceTogether(this.#parts, message.params.protocolVersion, this.#with.proxyVersion);
    this.#protocolVersion = String(result.protocolVersion);
    this.#requests.answer(message.id, ownResult(message.id, result));
  }

  async #list(message: RequestMessage): Promise<void> {
    const { id, method, params } = message;
    if (params.cursor !== undefined) {
      const why = 'Invalid params: this cursor was not given here (lists of all servers are whole)';
      this.#refuse(message, { error: 'invalid_params', message: why });
      return;
    }
    const givenUp = this.#requests.begin(message);
    this.#requests.answer(id, listAnswer(id, method, await this.#elements(method, id, givenUp)));
  }

  async #elements(method: string, relatedTo: RequestId, givenUp: AbortSignal): Promise<Buffer[]> {
    const { logger } = this.#with;
    const signal = this.#patience(givenUp);
    return mergedList({ method, parts: this.#parts, places: this.#places, relatedTo, signal, logger });
  }

  async #setLevel(message: RequestMessage): Promise<void> {
    const { id, params } = message;
    this.#level = params.level;
    const signal = this.#patience(this.#requests.begin(message));
    const able = this.#parts.filter((part) => has(part, 'logging'));
    const set = await Promise.allSettled(able.map((part) => this.#levelOf(part, id, signal)));
    const failed = set.find((one) => one.status === 'rejected');
    if (failed !== undefined && set.every(({ status }) => status === 'rejected')) {
      this.#requests.fail(
        id,
        failed.reason instanceof UpstreamError ? failed.reason.message : String(failed.reason),
      );
    } else {
      this.#requests.answer(id, ownResult(id, {}));
    }
  }

  #levelOf(part: Part, relatedTo: RequestId | null, signal: AbortSignal): Promise<unknown> {
    return part.ask({ method: 'logging/setLevel', params: { level: this.#level }, relatedTo, signal });
  }

  /** Hands a request to the one server that it is for, under that server's own names. */
  async #forward(message: RequestMessage): Promise<void> {
    const { id } = message;
    const givenUp = this.#requests.begin(message);
    const target = await findTarget(message, {
      parts: this.#parts,
      places: this.#places,
      learn: (list) => this.#elements(list, id, givenUp),
    });
    if (!this.#requests.take(id)) return;
    if ('refusal' in target) {
      this.#refuse(message, target.refusal);
      return;
    }
    this.#requests.handOver(message, target.part);
    await target.part.receive(target.message);
  }

  #patience(givenUp: AbortSignal): AbortSignal {
    return AbortSignal.any([givenUp, AbortSignal.timeout(this.#with.patienceMs)]);
  }

  /** Answers what never reached a server, and records that. */
  #refuse(message: RequestMessage, refusal: Refusal): void {
    this.#facts.refused(message, refusal, refusal.error === 'upstream' ? 'session' : 'malformed');
    this.#outlet.answer(message.id, errorResponse(message.id, refusal));
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
    const request = isId(requestId) ? this.#requests.get(requestId) : undefined;
    if (request === undefined || !isId(requestId)) return;
    if (request.part !== null) await request.part.receive(message);
    else if (request.method !== 'initialize') this.#requests.abandon(requestId);
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
    void this.#catchUp(part);
    this.#changes.ofAll();
  }

  /** Tells a server that joins late what the client has told the others, and what it has told this one before. */
  async #catchUp(part: Part): Promise<void> {
    if (this.#ready !== null) await part.receive(this.#ready);
    const { logger, patienceMs } = this.#with;
    const signal = AbortSignal.timeout(patienceMs);
    const level = this.#level !== null && has(part, 'logging') ? [this.#levelOf(part, null, signal)] : [];
    const followed = part.followed.map((uri) =>
      part.ask({ method: 'resources/subscribe', params: { uri }, relatedTo: null, signal }),
    );
    for (const one of await Promise.allSettled([...level, ...followed])) {
      if (one.status === 'fulfilled') continue;
      logger.warn('not_as_before', { server: part.name, error: String(one.reason) });
    }
  }

  #left(part: Part): void {
    this.#with.logger.warn('server_left', { server: part.name, session: this.id });
    this.#words.ended(part);
    this.#changes.ofAll();
  }

  #answered(part: Part, request: RequestId, json: Buffer): void {
    const method = this.#requests.get(request)?.method ?? '';
    this.#requests.answer(request, showsResources.has(method) ? this.#places.showResult(part, json) : json);
  }
}

/** Methods in whose results there may be URIs of resources. */
const showsResources: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
