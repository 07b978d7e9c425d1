// A stream of events over GET that is opened again whenever it breaks, after the last event that was seen.
import type { UpstreamError } from '../errors.ts';
import { readEventSource } from './event-source.ts';
import type { Hide } from './hide-secrets.ts';
import type { Exchange, ResponseHandler } from './http-client.ts';
import { HttpStatusError } from './http-failure.ts';

const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;
/** What a server asks for by `retry:` is held between these. */
const SERVER_RETRY_MS = { min: 50, max: 300_000 };
/** A stream that lived so long was no failure, even if nothing came on it. */
const LONG_LIFE_MS = 10_000;

export interface EventStreamOptions {
  readonly server: string;
  readonly url: URL;
  readonly hide?: Hide | undefined;
  readonly maxBytes: number;
  /** Where to go on; empty to listen from now on. */
  readonly lastEventId: string;
  /** What the server asked for by `retry:` so far, milliseconds. */
  readonly retryMs: number | null;
  /** `later` waits first, as after a stream that just broke. */
  readonly begin: 'now' | 'later';
  /** So many failed attempts in a row are the end. */
  readonly maxFailures: number;
  open(lastEventId: string, handler: ResponseHandler): Exchange;
  message(data: Buffer): void;
  /** It will not be opened again. `opened` tells whether it ever was. */
  gaveUp(error: UpstreamError, opened: boolean): void;
}

export interface EventStream {
  stop(): void;
}

export function followEventStream(options: EventStreamOptions): EventStream {
  const { server, url, hide, maxBytes, maxFailures } = options;
  let { lastEventId, retryMs } = options;
  let failures = 0;
  let opened = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let exchange: Exchange | undefined;

  function connect(): void {
    let openedAt: number | null = null;
    const running = options.open(
      lastEventId,
      readEventSource({
        server,
        url,
        hide,
        maxBytes,
        opened() {
          opened = true;
          openedAt = performance.now();
        },
        event(type, data) {
          failures = 0;
          if (!stopped && type === 'message' && data.length > 0) options.message(data);
        },
        lastId: (id) => (lastEventId = id),
        retry: (ms) => (retryMs = ms),
        broke: (error) => again(error, openedAt === null ? 0 : performance.now() - openedAt),
        refused,
        abort: () => running.abort(),
      }),
    );
    exchange = running;
  }

  function refused(error: UpstreamError): void {
    if (error instanceof HttpStatusError && isPassing(error.status)) again(error, 0);
    else giveUp(error);
  }

  function again(error: UpstreamError, livedMs: number): void {
    if (stopped) return;
    failures = livedMs >= LONG_LIFE_MS ? 1 : failures + 1;
    if (failures > maxFailures) giveUp(error);
    else wait();
  }

  function wait(): void {
    const { min, max } = SERVER_RETRY_MS;
    const base = retryMs === null ? FIRST_RETRY_MS : Math.min(Math.max(retryMs, min), max);
    const delay = Math.min(base * 2 ** Math.max(failures - 1, 0), Math.max(base, MAX_RETRY_MS));
    timer = setTimeout(connect, delay);
  }

  function giveUp(error: UpstreamError): void {
    if (stopped) return;
    stop();
    options.gaveUp(error, opened);
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    exchange?.abort();
  }

  if (options.begin === 'now') connect();
  else wait();
  return { stop };
}

/** Statuses that may be others in a while; 409 stands where the server still holds the stream that broke. */
function isPassing(status: number): boolean {
  return status >= 500 || [408, 409, 425, 429].includes(status);
}
