// The response to one POST of Streamable HTTP: plain JSON where only the answer comes, a stream where more does.
import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../ports.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { STREAM_AFTER_MS } from './event-stream.ts';
import { sendEmptyStream, sendJson } from './http-exchange.ts';
import type { ResumableStream } from './resumable-stream.ts';

export interface PostReplyOptions {
  readonly response: ServerResponse;
  /** The requests in the body, each of which is to be answered or abandoned. */
  readonly requests: readonly RequestId[];
  /** Whether the body was a batch: then answers in plain JSON are an array (MCP 2025-03-26). */
  readonly batch: boolean;
  readonly headers: Record<string, string>;
  readonly newStream: () => ResumableStream;
  /** Everything was answered, or the client went away and can't come back for it; may be called twice. */
  readonly onDone: () => void;
}

/**
 * A client that goes away has not cancelled anything. Once it can have an event id, the reply goes on without a
 * response, and the client may come back for it. Before that it has nothing to ask by: what is answered then is lost
 * to it (MCP 2025-11-25, transports, sending messages and resumability).
 */
export class PostReply {
  readonly #options: PostReplyOptions;
  readonly #open: Set<RequestId>;
  readonly #answers: Buffer[] = [];
  readonly #patience: NodeJS.Timeout;
  #stream: ResumableStream | null = null;

  constructor(options: PostReplyOptions) {
    this.#options = options;
    this.#open = new Set(options.requests);
    this.#patience = setTimeout(() => this.#openStream(), STREAM_AFTER_MS);
    options.response.on('close', () => {
      clearTimeout(this.#patience);
      if (this.#stream?.resumable !== true) options.onDone();
    });
  }

  /** Whether the client has it open at the moment. */
  get carried(): boolean {
    return this.#stream?.carried ?? true;
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

  /** Does what the server did with its stream. */
  mirror(event: StreamEvent): void {
    switch (event.kind) {
      case 'opened':
        this.#openStream();
        return;
      case 'retry':
        this.#stream?.retry(event.ms);
        return;
      case 'suspended':
        this.#stream?.suspend();
        return;
      case 'status':
      // Answers of this era are 200, whatever they say.
    }
  }

  abandon(request: RequestId): void {
    if (this.#open.delete(request)) this.#endWhenAnswered();
  }

  #endWhenAnswered(): void {
    const { response, batch, headers, onDone } = this.#options;
    if (this.#open.size > 0) return;
    clearTimeout(this.#patience);
    // Before the response is out: what the server says next has to find another way.
    onDone();
    const [only] = this.#answers;
    if (this.#stream !== null) this.#stream.end();
    else if (only === undefined) sendEmptyStream(response, headers);
    else sendJson(response, 200, batch ? jsonArray(this.#answers) : only, headers);
  }

  #openStream(): ResumableStream {
    if (this.#stream !== null) return this.#stream;
    const { response, headers, newStream } = this.#options;
    clearTimeout(this.#patience);
    const stream = newStream();
    stream.start(response, headers);
    this.#stream = stream;
    for (const json of this.#answers.splice(0)) stream.send(json);
    return stream;
  }
}

function jsonArray(elements: readonly Buffer[]): Buffer {
  const parts = elements.flatMap((element, index) => (index === 0 ? [element] : [Buffer.from(','), element]));
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}
