// A set of record numbers, one bit each: a million of them take 125 KB.

export interface MarkedNumbers {
  add(number: number): void;
  has(number: number): boolean;
  /** The lowest one above this number; null where there is none. */
  next(after: number): number | null;
}

/** For numbers from `least` to `most`; others are left out. */
export function markedNumbers(least: number, most: number): MarkedNumbers {
  const bits = new Uint8Array(Math.ceil(Math.max(0, most - least + 1) / 8));
  const has = (number: number) => {
    const place = number - least;
    return place >= 0 && ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  };
  return {
    add(number) {
      const place = number - least;
      if (place >= 0 && number <= most) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
    },
    has,
    next(after) {
      for (let number = Math.max(least, after + 1); number <= most; number += 1) {
        const place = number - least;
        // Most of a log may be something else: eight at once.
        if ((place & 7) === 0 && bits[place >> 3] === 0) number += 7;
        else if (has(number)) return number;
      }
      return null;
    },
  };
}

/** All from `least` to `most`. */
export function allNumbers(least: number, most: number): Pick<MarkedNumbers, 'has' | 'next'> {
  return {
    has: (number) => number >= least && number <= most,
    next: (after) => (after + 1 > most ? null : Math.max(least, after + 1)),
  };
}
