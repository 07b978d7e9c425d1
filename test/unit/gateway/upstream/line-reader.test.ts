// Lines from chunks that are cut anywhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader } from '../../../../electron/gateway/upstream/line-reader.ts';

function read(chunks: readonly Buffer[], maxBytes = 1000): { lines: string[]; tooLong: string[] } {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const reader = createLineReader({
    maxBytes,
    line: (line) => void lines.push(line.toString()),
    tooLong: (start) => void tooLong.push(start.toString()),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { lines, tooLong };
}

const cut = (text: string, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    Buffer.from(text.slice(index * size, (index + 1) * size)),
  );

describe('createLineReader', () => {
  it('finds the same lines however the bytes are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '{', '\r') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (source, size) => {
        expect(read(cut(source, size)).lines).toEqual(source.split('\n').filter((line) => line !== ''));
      }),
    );
  });

  it('hands up a last line without a line break at the end', () => {
    expect(read([Buffer.from('a\nb')]).lines).toEqual(['a', 'b']);
  });

  it('takes a line of just the bound, and skips a longer one without losing the next', () => {
    const result = read(cut('12345\n123456\n1\n', 4), 5);
    expect(result.lines).toEqual(['12345', '1']);
    expect(result.tooLong).toHaveLength(1);
  });

  it('gives the start of a line that is too long once', () => {
    expect(read(cut('abcdefgh\n', 2), 3).tooLong).toEqual(['ab']);
  });
});
