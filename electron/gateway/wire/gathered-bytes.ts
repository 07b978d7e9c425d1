// Bytes that arrive in pieces and are wanted in one: large ones are put where they stay, and so are never held twice.

/** Fewer are kept as they came, and joined in the end: nearly all messages come in one piece. */
const JOINED_BYTES = 256 * 1024;
/** By how much the place of large ones grows at a time; what is not needed of it is never touched. */
const GROWTH_BYTES = 1024 * 1024;

export interface GatheredBytes {
  readonly length: number;
  /** Throws a RangeError beyond the bound. */
  push(piece: Buffer): void;
  /** All that was pushed, in one; the very piece where it was one. It is empty afterwards. */
  take(): Buffer;
}

/** `maxBytes` bounds what is gathered before it is taken. Only addresses are set aside for it, and no memory. */
export function gatherBytes(maxBytes: number): GatheredBytes {
  let pieces: Buffer[] = [];
  let place: ArrayBuffer | null = null;
  let length = 0;

  function put(piece: Buffer, into: ArrayBuffer): void {
    const end = length + piece.length;
    if (end > into.byteLength) into.resize(Math.min(Math.max(end, into.byteLength + GROWTH_BYTES), maxBytes));
    new Uint8Array(into, length).set(piece);
    length = end;
  }

  return {
    get length() {
      return length;
    },
    push(piece) {
      if (place === null && length + piece.length > JOINED_BYTES && pieces.length > 0) {
        place = new ArrayBuffer(0, { maxByteLength: maxBytes });
        const before = pieces;
        pieces = [];
        length = 0;
        for (const one of before) put(one, place);
      }
      if (place !== null) put(piece, place);
      else {
        pieces.push(piece);
        length += piece.length;
      }
    },
    take() {
      const [first] = pieces;
      const whole =
        place !== null
          ? Buffer.from(place, 0, length)
          : pieces.length === 1 && first !== undefined
            ? first
            : Buffer.concat(pieces, length);
      pieces = [];
      place = null;
      length = 0;
      return whole;
    },
  };
}
