// One stream of a Streamable HTTP session as its client sees it: it outlives the responses that carry it.
import type { ServerResponse } from 'node:http';
import { messageEvent, primingEvent, retryField } from '../wire/sse.ts';
import { EventStream } from './event-stream.ts';

/** Where the events of a stream are kept, for a while. */
export interface EventJournal {
  /** `frame` in pieces, as they are to be written. */
  keep(stream: ResumableStream, event: number, frame: readonly Buffer[]): void;
  /** A response has carried off what was kept last. */
  taken(): void;
  /** The frames of those events of the stream that came after this one, in order. */
  after(stream: ResumableStream, event: number): readonly (readonly Buffer[])[];
  /** Nothing will be added to the stream any more. */
  over(stream: ResumableStream): void;
}

/**
 * Events are numbered from 1 on; 0 is the priming event, which need not be kept since nothing is in it. An id holds
 * the stream's key, so that it can only ever be found on this stream (MCP 2025-11-25, resumability and redelivery).
 */
export class ResumableStream {
  readonly key: string;
  readonly #primed: boolean;
  readonly #journal: EventJournal;
  #carrier: EventStream | null = null;
  #last = 0;
  /** The newest event that is no longer kept. */
  #lost = 0;
  #over = false;

  /** `primed`: the client understands events without data, and streams that end before the answer. */
  constructor(key: string, primed: boolean, journal: EventJournal) {
    this.key = key;
    this.#primed = primed;
    this.#journal = journal;
  }

  /** Opens it on a response. */
  start(response: ServerResponse, headers: Record<string, string>): void {
    const carrier = this.#carryOn(response, headers);
    if (this.#primed) carrier.sendRaw(primingEvent(this.#idOf(0)));
  }

  /** Goes on, behind this event, on another response; one that still carries the stream is ended. */
  resume(response: ServerResponse, headers: Record<string, string>, event: number): void {
    this.#setDown();
    const carrier = this.#carryOn(response, headers);
    for (const frame of this.#journal.after(this, event)) carrier.sendRaw(frame, () => this.#journal.taken());
    if (this.#over) this.#setDown();
  }

  /** Whether all that came behind this event is still there. */
  reachesBackTo(event: number): boolean {
    return event >= this.#lost && event <= this.#last;
  }

  /** Whether the client can have an id to resume from. */
  get resumable(): boolean {
    return this.#primed || this.#last > 0;
  }

  /** Whether a response carries it at the moment. */
  get carried(): boolean {
    return this.#carrier !== null;
  }

  /** Whether it has ended and none of its events is kept: it is of no use to anybody. */
  get spent(): boolean {
    return this.#over && this.#lost === this.#last;
  }

  send(json: Buffer): void {
    this.#last += 1;
    const frame = messageEvent(json, this.#idOf(this.#last));
    this.#journal.keep(this, this.#last, frame);
    this.#carrier?.sendRaw(frame, () => this.#journal.taken());
  }

  retry(ms: number): void {
    if (this.#primed) this.#carrier?.sendRaw(retryField(ms));
  }

  /** Ends the response before the stream is over; not where the client would take that for the end. */
  suspend(): void {
    if (this.#primed) this.#setDown();
  }

  end(): void {
    this.#over = true;
    this.#setDown();
    this.#journal.over(this);
  }

  /** The journal no longer keeps this event. */
  lose(event: number): void {
    this.#lost = event;
  }

  #carryOn(response: ServerResponse, headers: Record<string, string>): EventStream {
    const carrier = new EventStream(response, headers, () => {
      if (this.#carrier === carrier) this.#carrier = null;
    });
    this.#carrier = carrier;
    return carrier;
  }

  #setDown(): void {
    const carrier = this.#carrier;
    this.#carrier = null;
    carrier?.end();
  }

  #idOf(event: number): string {
    return `${this.key}-${event}`;
  }
}
