// Finds, for each message to a Streamable HTTP client, the one stream that it goes out on.
import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../ports.ts';
import type { ClientOutlet } from '../session/session-types.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import type { PostReply } from './post-reply.ts';
import type { ResumableStream } from './resumable-stream.ts';
import { StreamStore } from './stream-store.ts';

/** Messages kept for a client that has no stream open, and their bytes: the oldest go first. */
const MAX_BACKLOG = 1000;
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
/** A client has one GET stream, or a few. So many that it has left can be resumed; the oldest are forgotten first. */
const MAX_LEFT_STREAMS = 8;

export class StreamableOutlet implements ClientOutlet {
  readonly #replies = new Map<RequestId, PostReply>();
  readonly #store = new StreamStore();
  /** GET streams, the one opened or resumed last at the end. */
  #listening: ResumableStream[] = [];
  readonly #backlog: Buffer[] = [];
  #backlogBytes = 0;

  /** Answers to this request go to this POST's reply from now on. */
  expect(request: RequestId, reply: PostReply): void {
    this.#replies.set(request, reply);
  }

  /** Whether a POST still waits for the answer to this request. */
  expects(request: RequestId): boolean {
    return this.#replies.has(request);
  }

  forget(request: RequestId, reply: PostReply): void {
    if (this.#replies.get(request) === reply) this.#replies.delete(request);
  }

  /** A stream for a reply; `primed` as in ResumableStream. */
  newStream(primed: boolean): ResumableStream {
    return this.#store.open(primed);
  }

  /** Opens a GET stream; what piled up while there was none goes out on it. */
  listen(response: ServerResponse, headers: Record<string, string>, primed: boolean): void {
    const stream = this.#store.open(primed);
    stream.start(response, headers);
    this.#listenOn(stream);
  }

  /**
   * Goes on with the stream that this event is from, and with no other one (MCP 2025-11-25, transports,
   * resumability). False where the event is of no stream of this session, or what followed it is gone.
   */
  resume(eventId: string, response: ServerResponse, headers: Record<string, string>): boolean {
    const place = this.#store.find(eventId);
    if (place === null) return false;
    place.stream.resume(response, headers, place.event);
    if (this.#listening.includes(place.stream)) this.#listenOn(place.stream);
    return true;
  }

  answer(request: RequestId, json: Buffer): void {
    this.#replies.get(request)?.answer(request, json);
  }

  /** Each message goes out on exactly one stream (MCP 2025-11-25, Streamable HTTP, multiple connections). */
  deliver(json: Buffer, relatedTo: RequestId | null): void {
    const related = relatedTo === null ? undefined : this.#replies.get(relatedTo);
    if (related !== undefined) {
      related.deliver(json);
      return;
    }
    const listening = this.#listening.findLast(({ carried }) => carried);
    if (listening !== undefined) {
      listening.send(json);
      return;
    }
    const reply = [...this.#replies.values()].findLast(({ carried }) => carried);
    if (reply === undefined) this.#keep(json);
    else reply.deliver(json);
  }

  stream(request: RequestId, event: StreamEvent): void {
    this.#replies.get(request)?.mirror(event);
  }

  abandon(request: RequestId): void {
    this.#replies.get(request)?.abandon(request);
  }

  end(): void {
    for (const stream of this.#listening) stream.end();
    this.#store.close();
    this.#backlog.length = 0;
  }

  #listenOn(stream: ResumableStream): void {
    const others = this.#listening.filter((other) => other !== stream);
    const surplus = others.filter(({ carried }) => !carried).slice(0, -MAX_LEFT_STREAMS);
    for (const left of surplus) this.#store.forget(left);
    this.#listening = [...others.filter((other) => !surplus.includes(other)), stream];
    for (const json of this.#backlog.splice(0)) stream.send(json);
    this.#backlogBytes = 0;
  }

  #keep(json: Buffer): void {
    this.#backlog.push(json);
    this.#backlogBytes += json.length;
    while (this.#backlog.length > MAX_BACKLOG || this.#backlogBytes > MAX_BACKLOG_BYTES) {
      this.#backlogBytes -= this.#backlog.shift()?.length ?? 0;
    }
  }
}
