// The members of an object of JSON: what JSON.parse says is right.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersOf } from '../../../../electron/gateway/wire/json-members.ts';

/** As the only element of a member, so that it can't come to be a second one. */
const wrapped = (text: string): Buffer => Buffer.from(`{"x":[${text}]}`);
const isJson = (text: string): boolean => membersOf(wrapped(text)) !== null;

function parses(text: string): boolean {
  try {
    JSON.parse(wrapped(text).toString());
    return true;
  } catch {
    return false;
  }
}

describe('membersOf', () => {
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
        expect(isJson(text)).toBe(parses(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('takes all JSON, and none of it with a character put in, taken out or changed unless JSON.parse does', () => {
    const change = fc.constantFrom('', '"', '\\', ',', '}', ']', '{', '0', '\u0001');
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat({ max: 1 }), change, (text, place, cut, put) => {
        expect(isJson(text)).toBe(true);
        const at = place % (text.length + 1);
        const changed = text.slice(0, at) + put + text.slice(at + cut);
        expect(isJson(changed)).toBe(parses(changed));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not run out of stack', () => {
    expect(isJson('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBe(true);
    expect(isJson('['.repeat(1_000_000))).toBe(false);
  });

  it('gives each member as it is written', () => {
    const json = fc.json();
    const name = fc.string().filter((text) => !/[\\"]/u.test(JSON.stringify(text).slice(1, -1)));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, json), { selector: ([key]) => key }),
        fc.nat({ max: 2 }),
        (pairs, gap) => {
          const space = ' '.repeat(gap);
          const text = pairs.map(([key, value]) => `${JSON.stringify(key)}${space}:${space}${value}${space}`);
          const members = membersOf(Buffer.from(`{${space}${text.join(`,${space}`)}}`));
          const found = [...(members ?? [])].map(([key, value]) => [
            Buffer.from(key, 'latin1').toString(),
            value.toString(),
          ]);
          expect(found).toEqual(pairs.map(([key, value]) => [key, value.trim()]));
        },
      ),
    );
  });

  it.each(['[]', '1', '', '{"a":1}x', ' {"a":1}', '{"a":1,"a":1}', '{"a":1,}', '{'])(
    'finds none in %s',
    (text) => {
      expect(membersOf(Buffer.from(text))).toBeNull();
    },
  );

  it('reads across the ends of what it looks at in one go, wherever they fall', () => {
    const tail = '\\u00e4\\"",  "b" : [true, -1.5e+3, "x"] }';
    for (let length = 65_536 - tail.length - 6; length < 65_540; length += 1) {
      const text = `{"a":"${'x'.repeat(length)}${tail}`;
      const members = membersOf(Buffer.from(text));
      expect(members?.get('a')?.length).toBe(length + 10);
      expect(members?.get('b')?.toString()).toBe('[true, -1.5e+3, "x"]');
      expect(membersOf(Buffer.from(text.replace('u00e4', 'u00g4')))).toBeNull();
    }
  });
});
