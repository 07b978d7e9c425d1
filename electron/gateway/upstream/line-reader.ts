// Cuts a stream of bytes into lines, copying each byte at most once however long the line is.

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
  let parts: Buffer[] = [];
  let held = 0;
  let skipping = false;

  function take(rest: Buffer): void {
    if (skipping) return;
    held += rest.length;
    if (held > maxBytes) {
      skipping = true;
      tooLong((parts[0] ?? rest).subarray(0, maxBytes));
      parts = [];
      return;
    }
    if (rest.length > 0) parts.push(rest);
  }

  function finishLine(): void {
    const [first] = parts;
    const whole = parts.length > 1 ? Buffer.concat(parts, held) : first;
    parts = [];
    held = 0;
    skipping = false;
    // What was skipped has left no parts, nor has an empty line.
    if (whole !== undefined) line(whole);
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
      if (held > 0) finishLine();
    },
  };
}
