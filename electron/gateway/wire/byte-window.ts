// Reads large text byte by byte, through a window into which it is copied bit by bit.

const WINDOW_BYTES = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * Large messages arrive in memory that can grow (gathered-bytes.ts), and a single byte of that takes five times as long to
 * read as one of other memory. The window is for going forward, or back by a little.
 */
export class ByteWindow {
  readonly text: Buffer;
  readonly #seen: Uint8Array;
  #from = 0;
  #size = 0;

  constructor(text: Buffer) {
    this.text = text;
    this.#seen = new Uint8Array(Math.min(WINDOW_BYTES, text.length));
  }

  /** The byte at this position; -1 behind the last one. */
  at(position: number): number {
    const inside = position - this.#from;
    return inside >= 0 && inside < this.#size ? (this.#seen[inside] ?? -1) : this.#moveTo(position);
  }

  /** The first position from this one on, inside a string of JSON, whose byte does not simply belong to it. */
  endOfRun(position: number): number {
    let end = position;
    for (;;) {
      const byte = this.at(end);
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) return end;
      end = this.#from + endOfRun(this.#seen, end - this.#from, this.#size);
    }
  }

  #moveTo(position: number): number {
    if (position >= this.text.length) return -1;
    this.#size = this.text.copy(this.#seen, 0, position);
    this.#from = position;
    return this.#seen[0] ?? -1;
  }
}

function endOfRun(bytes: Uint8Array, start: number, size: number): number {
  let i = start;
  for (; i < size; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
  }
  return i;
}
