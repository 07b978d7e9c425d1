import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../../../electron/gateway/wire/json-beginning.ts';

const jsonOf = (text: string) => beginningOf(Buffer.from(text))?.json ?? null;

describe('the beginning of JSON', () => {
  it.each([
    ['{"a":1,"b":[true,{"c":"xy', '{"a":1,"b":[true,{"c":"xy"}]}'],
    ['{"a":1,"b', '{"a":1}'],
    ['{"a":1,"b":', '{"a":1}'],
    ['{"a":[1,23', '{"a":[1]}'],
    ['{"a":[1,23,', '{"a":[1,23]}'],
    ['{"a":"1"', '{"a":"1"}'],
    ['["x\\', '["x"]'],
    ['["x\\\\', '["x\\\\"]'],
    ['["x\\u00', '["x"]'],
    ['["\\\\u00', '["\\\\u00"]'],
    ['"x', '"x"'],
    ['{', '{}'],
    ['tru', null],
    ['', null],
    ['[INFO] this is no JSON', null],
    ['{"a":1} and more', null],
    ['{]', null],
  ])('of %s is %s', (text, expected) => {
    expect(jsonOf(text)).toBe(expected);
  });

  it('is never cut within a character', () => {
    const text = Buffer.from('["aü€😀"]');
    const seen = Array.from({ length: 10 }, (_, length) => beginningOf(text.subarray(0, length + 2))?.value);
    expect(seen.map((value) => (value as string[])[0])).toEqual([
      ...['', 'a', 'a', 'aü', 'aü', 'aü', 'aü€', 'aü€', 'aü€', 'aü€'],
    ]);
  });

  it('can be made of any JSON at any place, and is all of it where nothing is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const json = Buffer.from(JSON.stringify([value]));
        expect(beginningOf(json)?.json).toBe(json.toString());
        expect(beginningOf(json.subarray(0, 1 + (cut % json.length)))).not.toBeNull();
      }),
    );
  });
});
