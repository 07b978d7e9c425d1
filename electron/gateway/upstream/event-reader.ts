// Reads a stream of server-sent events without changing a byte of what they carry (HTML Standard, section 9.2).
import { createParser } from 'eventsource-parser';

export interface EventReader {
  push(chunk: Buffer): void;
}

export interface EventReaderOptions {
  readonly maxBytes: number;
  /** `type` is `message` where the event names none. Several data lines are joined by line feeds. */
  readonly event: (type: string, data: Buffer) => void;
  /** The id to resume after; empty where the server takes it back. Called before the event that it came with. */
  readonly lastId?: (id: string) => void;
  /** How long to wait before the next connection, milliseconds. */
  readonly retry?: (ms: number) => void;
  /** An event over `maxBytes`; nothing is read after it. */
  readonly tooLarge: () => void;
}

export function createEventReader({
  maxBytes,
  event,
  lastId,
  retry,
  tooLarge,
}: EventReaderOptions): EventReader {
  let over = false;

  function endTooLarge(): void {
    if (over) return;
    over = true;
    tooLarge();
  }

  // Latin-1 gives each byte a character of its own and back. UTF-8 would turn invalid bytes into other ones, and
  // line ends are the same single bytes in both.
  const parser = createParser({
    maxBufferSize: maxBytes,
    onEvent({ event: type, data }) {
      if (over) return;
      // The parser bounds what it holds; an event that one chunk completes is not among that.
      if (data.length > maxBytes) endTooLarge();
      else event(type ?? 'message', Buffer.from(data, 'latin1'));
    },
    onId: lastId,
    onRetry: retry,
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') endTooLarge();
    },
  });
  return {
    push(chunk) {
      if (!over) parser.feed(chunk.toString('latin1'));
    },
  };
}
