// Whether bytes are JSON: what JSON.parse says is right.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson } from '../../../../electron/gateway/wire/json-check.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('isJson', () => {
  it('says of any text what JSON.parse says', () => {
    const tokens = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '\\u00e',
      '1',
      '-0.5e+1',
      '01',
      'null',
      'tru',
      ' ',
      '\n',
      'ä',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(isJson(Buffer.from(text))).toBe(parses(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('takes all JSON, and none of it with a character put in, taken out or changed unless JSON.parse does', () => {
    const change = fc.constantFrom('', '"', '\\', ',', '}', ']', '{', '0', '\u0001');
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat({ max: 1 }), change, (text, place, cut, put) => {
        expect(isJson(Buffer.from(text))).toBe(true);
        const at = place % (text.length + 1);
        const changed = text.slice(0, at) + put + text.slice(at + cut);
        expect(isJson(Buffer.from(changed))).toBe(parses(Buffer.from(changed).toString()));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not run out of stack', () => {
    expect(isJson(Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000)))).toBe(true);
    expect(isJson(Buffer.from('['.repeat(1_000_000)))).toBe(false);
  });
});
