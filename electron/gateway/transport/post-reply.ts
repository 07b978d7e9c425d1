// The response to one POST of Streamable HTTP: plain JSON where only the answer comes, a stream where more does.
import type { ServerResponse } from 'node:http';
import type { RequestId } from '../wire/json-rpc.ts';
import { EventStream } from './event-stream.ts';
import { sendAccepted, sendJson } from './http-exchange.ts';

/**
 * Without an answer for so long, a stream is opened, so that keep-alives flow while a person decides
 * (clients and the things between give up on a silent response).
 */
const STREAM_AFTER_MS = 5_000;

export interface PostReplyOptions {
  readonly response: ServerResponse;
  /** The requests in the body, each of which is to be answered or abandoned. */
  readonly requests: readonly RequestId[];
  /** Whether the body was a batch: then answers in plain JSON are an array (MCP 2025-03-26). */
  readonly batch: boolean;
  readonly headers: Record<string, string>;
  /** Everything was answered, or the client went away; may be called twice. */
  readonly onDone: () => void;
}

export class PostReply {
  readonly #options: PostReplyOptions;
  readonly #open: Set<RequestId>;
  readonly #answers: Buffer[] = [];
  readonly #patience: NodeJS.Timeout;
  #stream: EventStream | null = null;

  constructor(options: PostReplyOptions) {
    this.#options = options;
    this.#open = new Set(options.requests);
    this.#patience = setTimeout(() => this.#openStream(), STREAM_AFTER_MS);
    options.response.on('close', () => {
      clearTimeout(this.#patience);
      options.onDone();
    });
  }

  answer(request: RequestId, json: Buffer): void {
    if (!this.#open.delete(request)) return;
    if (this.#stream === null) this.#answers.push(json);
    else this.#stream.send(json);
    this.#endWhenAnswered();
  }

  deliver(json: Buffer): void {
    this.#openStream().send(json);
  }

  abandon(request: RequestId): void {
    if (this.#open.delete(request)) this.#endWhenAnswered();
  }

  #endWhenAnswered(): void {
    const { response, batch, headers, onDone } = this.#options;
    if (this.#open.size > 0 || response.writableEnded) return;
    clearTimeout(this.#patience);
    // Before the response is out: what the server says next has to find another way.
    onDone();
    const [only] = this.#answers;
    if (this.#stream !== null) this.#stream.end();
    else if (only === undefined) sendAccepted(response, headers);
    else sendJson(response, 200, batch ? jsonArray(this.#answers) : only, headers);
  }

  #openStream(): EventStream {
    if (this.#stream !== null) return this.#stream;
    const { response, headers } = this.#options;
    const stream = new EventStream(response, headers, () => undefined);
    this.#stream = stream;
    for (const json of this.#answers.splice(0)) stream.send(json);
    return stream;
  }
}

function jsonArray(elements: readonly Buffer[]): Buffer {
  const parts = elements.flatMap((element, index) => (index === 0 ? [element] : [Buffer.from(','), element]));
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}
