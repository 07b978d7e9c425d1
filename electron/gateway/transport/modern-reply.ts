// The response to one request of the modern era: plain JSON where only the answer comes, a stream where more does.
import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../ports.ts';
import type { RequestOutlet } from '../session/session-types.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { EventStream, STREAM_AFTER_MS } from './event-stream.ts';
import { sendJson } from './http-exchange.ts';

/** A stream of this era has no ids: nothing of it can be resumed (MCP 2026-07-28, transports). */
export class ModernReply implements RequestOutlet {
  readonly #response: ServerResponse;
  readonly #left = new AbortController();
  readonly #patience: NodeJS.Timeout;
  #stream: EventStream | null = null;
  /** With what the server gave its answer, where that is known. */
  #status: number | null = null;
  #answered = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#patience = setTimeout(() => this.#openStream(), STREAM_AFTER_MS);
    response.on('close', () => {
      clearTimeout(this.#patience);
      if (!this.#answered) this.#left.abort();
    });
  }

  /** Aborts when the client closes the response before its answer. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  answer(_request: RequestId, json: Buffer, errorCode?: number): void {
    if (this.#answered || this.left.aborted) return;
    this.#answered = true;
    clearTimeout(this.#patience);
    if (this.#stream === null) {
      sendJson(this.#response, this.#status ?? statusOf(errorCode), json);
    } else {
      this.#stream.send(json);
      this.#stream.end();
    }
  }

  deliver(json: Buffer): void {
    if (!this.#answered && !this.left.aborted) this.#openStream().send(json);
  }

  stream(_request: RequestId, event: StreamEvent): void {
    if (event.kind === 'opened') this.#openStream();
    else if (event.kind === 'status') this.#status = event.http;
  }

  #openStream(): EventStream {
    clearTimeout(this.#patience);
    return (this.#stream ??= new EventStream(this.#response, {}, () => undefined));
  }
}

/** The errors that are those of the whole request, whoever answers with them (MCP 2026-07-28, basic and transports). */
function statusOf(errorCode: number | undefined): number {
  switch (errorCode) {
    case -32601:
      return 404;
    case -32020:
    case -32021:
    case -32022:
      return 400;
    default:
      return 200;
  }
}
