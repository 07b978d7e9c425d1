// Cuts a stream of bytes into lines, copying each byte at most once however long the line is.
import { gatherBytes } from '../wire/gathered-bytes.ts';

const LINE_FEED = 0x0a;

export interface LineReader {
  push(chunk: Buffer): void;
  /** Hands up what stands after the last line break. */
  end(): void;
}

export interface LineReaderOptions {
  readonly maxBytes: number;
  /** One line without its line feed, never empty; a view of the chunk that it came in, where one chunk held it. */
  readonly line: (line: Buffer) => void;
  /** Called once for a line over `maxBytes`, with its first bytes; the line itself is skipped. */
  readonly tooLong: (start: Buffer) => void;
}

export function createLineReader({ maxBytes, line, tooLong }: LineReaderOptions): LineReader {
  const held = gatherBytes(maxBytes);
  let skipping = false;

  function take(rest: Buffer): void {
    if (skipping || rest.length === 0) return;
    if (held.length + rest.length <= maxBytes) {
      held.push(rest);
      return;
    }
    skipping = true;
    const start = held.length > 0 ? held.take() : rest;
    tooLong(start.subarray(0, maxBytes));
  }

  function finishLine(): void {
    skipping = false;
    // What was skipped has left nothing, nor has an empty line.
    if (held.length > 0) line(held.take());
  }

  return {
    push(chunk) {
      let start = 0;
      let end = chunk.indexOf(LINE_FEED);
      while (end !== -1) {
        take(chunk.subarray(start, end));
        finishLine();
        start = end + 1;
        end = chunk.indexOf(LINE_FEED, start);
      }
      if (start < chunk.length) take(chunk.subarray(start));
    },
    end() {
      finishLine();
    },
  };
}
