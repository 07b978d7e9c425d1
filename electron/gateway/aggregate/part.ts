// One server's part in a session with several: joins it, may leave it, and joins again.
import { UpstreamError } from '../errors.ts';
import type { Logger, StreamEvent, Upstream } from '../ports.ts';
import type { ClientOutlet, ClientSession } from '../session/session-types.ts';
import { cancellation } from '../wire/cancellation.ts';
import type { Message, RequestId, RequestMessage, ResponseMessage } from '../wire/json-rpc.ts';
import { withValue } from '../wire/json-splice.ts';
import { readServerMessage } from '../wire/parse.ts';
import { newRequestId } from '../router/request-id.ts';
import { type Introduction, introductionIn } from './introduction.ts';
import { NameBook } from './names.ts';
import { ownRequest } from './own-messages.ts';

/** A server that can't be had is asked again after this long, and then after twice the time each, milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Subscriptions that are made anew when the server comes back. */
const MAX_FOLLOWED = 1_000;

export interface PartOptions {
  readonly server: Upstream;
  readonly prefix: string;
  /** Opens its session with the server. */
  readonly open: (outlet: ClientOutlet) => ClientSession;
  readonly logger: Logger;
  readonly on: PartEvents;
}

/** What a part tells the whole. Requests are those of the client; of the others only `relatedTo` is told. */
export interface PartEvents {
  joined(part: Part): void;
  left(part: Part): void;
  answered(part: Part, request: RequestId, json: Buffer): void;
  abandoned(request: RequestId): void;
  streamed(request: RequestId, event: StreamEvent): void;
  said(part: Part, json: Buffer, relatedTo: RequestId | null): void;
}

/** What is asked for the client that it did not ask in these words. */
export interface Question {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The client's request that it serves, if any. */
  readonly relatedTo: RequestId | null;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly relatedTo: RequestId | null;
  readonly settle: (answer: ResponseMessage | null) => void;
}

export class Part {
  readonly name: string;
  readonly prefix: string;
  readonly tools: NameBook;
  readonly prompts: NameBook;
  readonly #options: PartOptions;
  /** Our own requests. */
  readonly #waiting = new Map<RequestId, Waiting>();
  /** The server's own URIs of the resources that the client has subscribed to. */
  readonly #followed = new Set<string>();
  #session: ClientSession | null = null;
  #introduction: Introduction | null = null;
  #absence = 'it was not asked yet';
  /** Monotonic milliseconds. */
  #joinedAt = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PartOptions) {
    this.#options = options;
    this.name = options.server.name;
    this.prefix = options.prefix;
    this.tools = new NameBook(options.prefix);
    this.prompts = new NameBook(options.prefix);
  }

  /** What the server said of itself when it joined; null while it takes no part. */
  get introduction(): Introduction | null {
    return this.#introduction;
  }

  /** Why it takes no part, for people. */
  get absence(): string {
    return this.#absence;
  }

  /** Asks the server to join, with the client's own words. Resolves once it has, or can't; never rejects. */
  async join(initialize: RequestMessage): Promise<void> {
    const { server, open, logger, on } = this.#options;
    if (this.#closed || this.#session !== null) return;
    if (server.refuses('legacy')) {
      this.#absence = modernAlone(this.name);
      return;
    }
    const session = open(this.#outlet(initialize));
    this.#session = session;
    this.#absence = 'it has not answered yet';
    const id = newRequestId();
    const asked = { ...initialize, id, bytes: withValue(initialize.bytes, ['id'], id) };
    const answer = await this.#send(session, asked, initialize.id);
    if (answer?.error !== null) {
      // A session that could not be initialized has ended by itself.
      const why = answer?.error?.message ?? 'it did not answer';
      this.#absence = server.refuses('legacy') ? modernAlone(this.name) : why;
      logger.warn('server_left_out', { server: this.name, why: this.#absence });
      return;
    }
    if (this.#session !== session) return;
    this.#introduction = introductionIn(answer.result);
    this.#joinedAt = performance.now();
    on.joined(this);
  }

  /** What it is to be subscribed to, by its own URIs. */
  get followed(): readonly string[] {
    return [...this.#followed];
  }

  /** Hands it a message of the client. */
  async receive(message: Message): Promise<void> {
    if (message.kind === 'request') this.#note(message);
    await this.#session?.receive(message);
  }

  /** Rejects with an UpstreamError where there is no result. */
  async ask({ method, params, relatedTo, signal }: Question): Promise<ResponseMessage> {
    const session = this.#session;
    if (session === null) throw new UpstreamError(`${this.name} is not there: ${this.#absence}`);
    if (signal.aborted) throw new UpstreamError(`${this.name} was not asked: there was no time left`);
    const request = ownRequest(method, params);
    const giveUp = () => {
      const reason = 'The proxy no longer waits for the answer';
      if (this.#waiting.has(request.id)) void session.receive(cancellation(request.id, reason));
    };
    signal.addEventListener('abort', giveUp);
    const answer = await this.#send(session, request, relatedTo);
    signal.removeEventListener('abort', giveUp);
    if (answer === null) throw new UpstreamError(`${this.name} did not answer ${method} in time`);
    if (answer.error !== null) throw new UpstreamError(`${this.name}: ${answer.error.message}`);
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#session?.close();
  }

  #send(
    session: ClientSession,
    request: RequestMessage,
    relatedTo: RequestId | null,
  ): Promise<ResponseMessage | null> {
    const { promise, resolve } = Promise.withResolvers<ResponseMessage | null>();
    this.#waiting.set(request.id, { relatedTo, settle: resolve });
    void session.receive(request);
    return promise;
  }

  /** Where the server's side of a session comes out: answers to us stay here, all else goes to the whole. */
  #outlet(initialize: RequestMessage): ClientOutlet {
    const { on } = this.#options;
    return {
      answer: (request, json) => {
        if (!this.#settle(request, json)) on.answered(this, request, json);
      },
      abandon: (request) => {
        if (!this.#settle(request, null)) on.abandoned(request);
      },
      stream: (request, event) => {
        if (!this.#waiting.has(request)) on.streamed(request, event);
      },
      deliver: (json, relatedTo) => {
        const waiting = relatedTo === null ? undefined : this.#waiting.get(relatedTo);
        on.said(this, json, waiting === undefined ? relatedTo : waiting.relatedTo);
      },
      end: () => this.#ended(initialize),
    };
  }

  #note({ method, params: { uri } }: RequestMessage): void {
    if (typeof uri !== 'string') return;
    if (method === 'resources/unsubscribe') this.#followed.delete(uri);
    else if (method === 'resources/subscribe' && this.#followed.size < MAX_FOLLOWED) this.#followed.add(uri);
  }

  #settle(request: RequestId, json: Buffer | null): boolean {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) return false;
    this.#waiting.delete(request);
    const read = json === null ? null : readServerMessage(json);
    const [answer] = read?.ok === true ? read.value : [];
    waiting.settle(answer?.kind === 'response' ? answer : null);
    return true;
  }

  #ended(initialize: RequestMessage): void {
    const took = this.#introduction !== null;
    this.#session = null;
    this.#introduction = null;
    if (this.#closed) return;
    // One that ends soon after each start is not started without end.
    if (took && performance.now() - this.#joinedAt > LONGEST_PAUSE_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#again = setTimeout(() => void this.join(initialize), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    if (!took) return;
    this.#absence = 'its connection has ended';
    this.#options.on.left(this);
  }
}

function modernAlone(server: string): string {
  return `it speaks MCP 2026-07-28 alone, and is to be had at /servers/${server}/mcp`;
}
