// The streams of one Streamable HTTP session, and their newest events, kept for a client that comes back for them.
import { randomBytes } from 'node:crypto';
import { type EventJournal, ResumableStream } from './resumable-stream.ts';

/**
 * A client that lost its connection is back within seconds, or, where a person had to do something, within minutes.
 * What it has not fetched by then is let go of.
 */
const KEEP_MS = 5 * 60_000;
/** As many as wait for a client that has no stream open. An answer is one event, progress a few hundred at most. */
const MAX_EVENTS = 1000;
/** Of one session. Sessions may be many, so this is no more than a few large answers need. */
const MAX_BYTES = 4 * 1024 * 1024;

const EVENT_ID = /^(?<key>[\da-f]{16})-(?<event>\d{1,15})$/u;

interface KeptEvent {
  readonly stream: ResumableStream;
  readonly event: number;
  readonly frame: readonly Buffer[];
  readonly bytes: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** A place in a stream, from where it can be resumed. */
interface Place {
  readonly stream: ResumableStream;
  readonly event: number;
}

/**
 * The oldest events go first, of whichever stream. One that is too large by itself is kept until a response has taken
 * it, for a client that is away at the moment; who loses the connection while such a one arrives has lost it.
 */
export class StreamStore implements EventJournal {
  readonly #streams = new Map<string, ResumableStream>();
  /** Of all streams, in the order in which they came. */
  readonly #kept: KeptEvent[] = [];
  #bytes = 0;
  #expiry: NodeJS.Timeout | null = null;

  open(primed: boolean): ResumableStream {
    // Random, so that an id of one session means nothing in another.
    const stream = new ResumableStream(randomBytes(8).toString('hex'), primed, this);
    this.#streams.set(stream.key, stream);
    return stream;
  }

  /** The place that an event id stands for; null where it was never given out here, or what followed is gone. */
  find(eventId: string): Place | null {
    const { key = '', event = '' } = EVENT_ID.exec(eventId)?.groups ?? {};
    const stream = this.#streams.get(key);
    return stream?.reachesBackTo(Number(event)) === true ? { stream, event: Number(event) } : null;
  }

  keep(stream: ResumableStream, event: number, frame: readonly Buffer[]): void {
    const bytes = frame.reduce((sum, piece) => sum + piece.length, 0);
    this.#kept.push({ stream, event, frame, bytes, at: performance.now() });
    this.#bytes += bytes;
    while (this.#kept.length > 1 && (this.#kept.length > MAX_EVENTS || this.#bytes > MAX_BYTES)) this.#drop();
    this.#expiry ??= setTimeout(() => this.#expire(), KEEP_MS).unref();
  }

  taken(): void {
    while (this.#bytes > MAX_BYTES) this.#drop();
  }

  after(stream: ResumableStream, event: number): readonly (readonly Buffer[])[] {
    return this.#kept.flatMap((kept) => (kept.stream === stream && kept.event > event ? [kept.frame] : []));
  }

  over(stream: ResumableStream): void {
    if (stream.spent) this.forget(stream);
  }

  /** Nobody will resume this one any more. What is kept of it goes in its turn. */
  forget(stream: ResumableStream): void {
    this.#streams.delete(stream.key);
  }

  close(): void {
    clearTimeout(this.#expiry ?? undefined);
    this.#streams.clear();
    this.#kept.length = 0;
    this.#bytes = 0;
  }

  #drop(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    const { stream, event, bytes } = oldest;
    this.#bytes -= bytes;
    stream.lose(event);
    if (stream.spent) this.forget(stream);
  }

  #expire(): void {
    const now = performance.now();
    while (this.#kept[0] !== undefined && this.#kept[0].at + KEEP_MS <= now) this.#drop();
    const [oldest] = this.#kept;
    this.#expiry =
      oldest === undefined ? null : setTimeout(() => this.#expire(), oldest.at + KEEP_MS - now).unref();
  }
}
