// Finds, for each message to a Streamable HTTP client, the one stream that it goes out on.
import type { ServerResponse } from 'node:http';
import type { ClientOutlet } from '../session/session-types.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { EventStream } from './event-stream.ts';
import type { PostReply } from './post-reply.ts';

/** Messages kept for a client that has no stream open, and their bytes: the oldest go first. */
const MAX_BACKLOG = 1000;
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

export class StreamableOutlet implements ClientOutlet {
  readonly #replies = new Map<RequestId, PostReply>();
  readonly #listening: EventStream[] = [];
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

  /** Opens a GET stream; what piled up while there was none goes out on it. */
  listen(response: ServerResponse, headers: Record<string, string>): void {
    const stream = new EventStream(response, headers, () => {
      this.#listening.splice(this.#listening.indexOf(stream), 1);
    });
    this.#listening.push(stream);
    for (const json of this.#backlog.splice(0)) stream.send(json);
    this.#backlogBytes = 0;
  }

  answer(request: RequestId, json: Buffer): void {
    this.#replies.get(request)?.answer(request, json);
  }

  /** Each message goes out on exactly one stream (MCP 2025-11-25, Streamable HTTP, multiple connections). */
  deliver(json: Buffer, relatedTo: RequestId | null): void {
    const related = relatedTo === null ? undefined : this.#replies.get(relatedTo);
    const stream = related ?? this.#listening.at(-1) ?? [...this.#replies.values()].at(-1);
    if (stream instanceof EventStream) stream.send(json);
    else if (stream !== undefined) stream.deliver(json);
    else this.#keep(json);
  }

  abandon(request: RequestId): void {
    this.#replies.get(request)?.abandon(request);
  }

  end(): void {
    for (const stream of [...this.#listening]) stream.end();
    this.#backlog.length = 0;
  }

  #keep(json: Buffer): void {
    this.#backlog.push(json);
    this.#backlogBytes += json.length;
    while (this.#backlog.length > MAX_BACKLOG || this.#backlogBytes > MAX_BACKLOG_BYTES) {
      this.#backlogBytes -= this.#backlog.shift()?.length ?? 0;
    }
  }
}
