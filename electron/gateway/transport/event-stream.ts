// One open text/event-stream response: framing, keep-alives, and a bound on what a slow reader may pile up.
import type { ServerResponse } from 'node:http';
import { keepAlive, messageEvent, streamHeaders } from '../wire/sse.ts';

/**
 * Without an answer for so long, a stream is opened, so that keep-alives flow while a person decides
 * (clients and the things between give up on a silent response).
 */
export const STREAM_AFTER_MS = 5_000;

const KEEP_ALIVE_EVERY_MS = 15_000;
/** A reader that is this many bytes behind is let go. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;

  /** Takes the response over; `onClose` is called once, whoever ends it. */
  constructor(response: ServerResponse, headers: Record<string, string>, onClose: () => void) {
    this.#response = response;
    // The head and all that is said in this turn of the loop, often up to the answer, leave in one write.
    const { socket } = response;
    socket?.cork();
    response.writeHead(200, { ...streamHeaders, ...headers });
    response.flushHeaders();
    setImmediate(() => socket?.uncork());
    this.#keepAlive = setInterval(() => this.#write([keepAlive]), KEEP_ALIVE_EVERY_MS);
    response.on('close', () => {
      clearInterval(this.#keepAlive);
      onClose();
    });
  }

  send(json: Buffer): void {
    this.#write(messageEvent(json));
  }

  /** Writes a frame that is an event already; `taken` is called when the operating system has all of it. */
  sendRaw(frame: readonly Buffer[] | string, taken?: () => void): void {
    this.#write(typeof frame === 'string' ? [frame] : frame, taken);
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }

  #write(pieces: readonly (Buffer | string)[], taken?: () => void): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > MAX_UNREAD_BYTES) {
      response.destroy();
      return;
    }
    const last = pieces.length - 1;
    pieces.forEach((piece, index) =>
      response.write(piece, index === last && taken ? (error) => error ?? taken() : undefined),
    );
  }
}
