// JSON as bytes: what is cut, joined and counted must agree with what a JSON parser reads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleLine, trimmed } from '../../../../electron/gateway/wire/bytes.ts';
import { arrayElements, countMembersWritten } from '../../../../electron/gateway/wire/json-spans.ts';
import { anyJson, trickyString, whiteSpace } from './arbitrary-json.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const texts = (elements: Buffer[]): string[] => elements.map((element) => element.toString());

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: number = Object.values(value).reduce<number>((sum, member) => sum + membersOf(member), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

describe('trimmed', () => {
  it('cuts JSON white space off both ends, and nothing else', () => {
    expect(trimmed(bytes(' \t\r\n{"a": 1}\n ')).toString()).toBe('{"a": 1}');
    expect(trimmed(bytes('\u00a0{}')).toString()).toBe('\u00a0{}');
  });

  it('makes white space alone empty', () => {
    expect(trimmed(bytes(' \n ')).length).toBe(0);
    expect(trimmed(Buffer.alloc(0)).length).toBe(0);
  });

  it('gives the same buffer back where there is nothing to cut', () => {
    const body = bytes('{}');
    expect(trimmed(body)).toBe(body);
  });
});

describe('singleLine', () => {
  it('gives the same buffer back where there is no line break', () => {
    const body = bytes('{"a":"\\n"}');
    expect(singleLine(body)).toBe(body);
  });

  it('leaves the original alone', () => {
    const body = bytes('{\r\n"a":1\n}');
    expect(singleLine(body).toString()).toBe('{  "a":1 }');
    expect(body.toString()).toBe('{\r\n"a":1\n}');
  });

  it('keeps what the JSON means, on one line', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom('\n', '\r\n', '\t', 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent === '\r\n' ? '\r\n ' : indent);
        const line = singleLine(bytes(text));
        expect(line.includes(0x0a) || line.includes(0x0d)).toBe(false);
        expect(line.length).toBe(bytes(text).length);
        expect(JSON.parse(line.toString())).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('countMembersWritten', () => {
  it.each([
    ['{}', 0],
    ['{"a":1}', 1],
    ['{"a":{"b":[{"c":1},{"d":2}]}}', 4],
    ['{"a:b":":::"}', 1],
    ['{"a\\":":1}', 1],
    ['{"a\\\\":1}', 1],
    ['{"a\\\\\\":":1}', 1],
    ['"x:y"', 0],
    ['[":",":"]', 0],
  ])('counts %s as %i', (text, members) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(countMembersWritten(bytes(text))).toBe(members);
  });

  it.each([30, 31, 32, 33, 34, 64])('finds the end of a string with an escape at byte %i', (length) => {
    for (const escape of ['\\"', '\\\\', '\\\\\\"', '\\u0022']) {
      const text = `{"${'x'.repeat(length)}${escape}:":1}`;
      expect(countMembersWritten(bytes(text)), text).toBe(1);
    }
  });

  it('agrees with the parser on JSON without duplicates', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(countMembersWritten(bytes(text))).toBe(membersOf(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('counts more than the parser keeps wherever a member is written twice', () => {
    fc.assert(
      fc.property(anyJson, anyJson, trickyString, anyJson, anyJson, (before, after, key, first, second) => {
        const name = JSON.stringify(key);
        const twice = `{${name}:${JSON.stringify(first)},${name}:${JSON.stringify(second)}}`;
        const text = `[${JSON.stringify(before)},{"inner":[${twice}]},${JSON.stringify(after)}]`;
        expect(countMembersWritten(bytes(text))).toBeGreaterThan(membersOf(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('arrayElements', () => {
  it.each<[string, string[]]>([
    ['[]', []],
    ['[ ]', []],
    ['[1]', ['1']],
    ['[ 1 , 2 ]', ['1', '2']],
    ['[[1,2],[3]]', ['[1,2]', '[3]']],
    ['["a,b","]","[","{"]', ['"a,b"', '"]"', '"["', '"{"']],
    ['["\\",",",","\\\\"]', ['"\\","', '","', '"\\\\"']],
    ['[{"a":"}"},{"b":"\\u005d,"}]', ['{"a":"}"}', '{"b":"\\u005d,"}']],
    ['[""]', ['""']],
  ])('splits %s', (text, elements) => {
    expect(JSON.parse(text)).toHaveLength(elements.length);
    expect(texts(arrayElements(bytes(text)))).toEqual(elements);
  });

  it('keeps the spelling of every element: escapes, digits, inner white space', () => {
    const elements = ['{"n":12345678901234567890.0}', '{ "\\u0061" : "\\/" }', '1e2'];
    expect(texts(arrayElements(bytes(`[${elements.join(' ,\n')}]`)))).toEqual(elements);
  });

  it('undoes joining, whatever the elements are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyJson, whiteSpace, whiteSpace), { maxLength: 6 }),
        fc.constantFrom(undefined, 1),
        (elements, indent) => {
          const written = elements.map(([value]) => JSON.stringify(value, null, indent));
          const padded = elements.map(([, left, right], index) => `${left}${written[index] ?? ''}${right}`);
          expect(texts(arrayElements(bytes(`[${padded.join(',')}]`)))).toEqual(written);
        },
      ),
      { numRuns: 500 },
    );
  });
});
