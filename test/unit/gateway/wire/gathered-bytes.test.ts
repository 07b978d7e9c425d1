// Pieces put behind each other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherBytes } from '../../../../electron/gateway/wire/gathered-bytes.ts';

const MEGABYTE = 1024 * 1024;

describe('gatherBytes', () => {
  it('gives back what was pushed, whatever its size', () => {
    const sizes = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 300_000 })), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 3 }), (rounds) => {
        const bytes = gatherBytes(4 * MEGABYTE);
        let filling = 0;
        for (const round of rounds) {
          const pieces = round.map((size) => Buffer.alloc(size, (filling += 1)));
          for (const piece of pieces) bytes.push(piece);
          const whole = Buffer.concat(pieces);
          expect(bytes.length).toBe(whole.length);
          expect(bytes.take().equals(whole)).toBe(true);
          expect(bytes.length).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('hands on a piece that is the whole, and copies none', () => {
    const bytes = gatherBytes(10 * MEGABYTE);
    const piece = Buffer.alloc(MEGABYTE);
    bytes.push(piece);
    expect(bytes.take()).toBe(piece);
  });

  it('is filled to its bound, and not beyond', () => {
    const bytes = gatherBytes(MEGABYTE);
    for (let i = 0; i < 16; i += 1) bytes.push(Buffer.alloc(MEGABYTE / 16, i));
    expect(() => bytes.push(Buffer.alloc(1))).toThrow(RangeError);
    expect(bytes.length).toBe(MEGABYTE);
  });
});
