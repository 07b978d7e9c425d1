import { describe, expect, it } from 'vitest';
import { parseRegoValue } from '../../../../electron/gateway/policy/rego-value-parser.ts';
import {
  compareValues,
  printValue,
  RegoNumber,
  RegoObject,
  RegoSet,
  serializeValue,
} from '../../../../electron/gateway/policy/rego-value.ts';

describe("Rego's values", () => {
  it('are read from the text of a compiled policy', () => {
    expect(parseRegoValue('{"a": [1, {2.5, "x"}, set(), {}, null, true], [1]: -0.0}')).toEqual(
      new RegoObject([
        [
          'a',
          [
            new RegoNumber('1'),
            new RegoSet([new RegoNumber('2.5'), 'x']),
            new RegoSet([]),
            new RegoObject([]),
            null,
            true,
          ],
        ],
        [[new RegoNumber('1')], new RegoNumber('-0.0')],
      ]),
    );
    expect(parseRegoValue('"q\\"\\u00e9\\n"')).toBe('q"é\n');
  });

  it.each(['', '[1', '{"a"', '[1] 2', 'nul', '"a'])('are not read from %j', (text) => {
    expect(() => parseRegoValue(text)).toThrow('Not a Rego value');
  });

  it('keep all digits', () => {
    const big = parseRegoValue('12345678901234567890');
    expect(serializeValue(big)).toBe('12345678901234567890');
    expect(big instanceof RegoNumber && big.integer).toBe(12345678901234567890n);
    expect(new RegoNumber('1e6').integer).toBeNull();
  });

  it('are printed in order, as Go prints them', () => {
    const text = '{"b": {2, 10, "a\\u0001"}, "a": set(), 3: [null, false]}';
    expect(printValue(parseRegoValue(text))).toBe('{3: [null, false], "a": set(), "b": {2, 10, "a\\x01"}}');
  });

  it('are in one order', () => {
    const ordered = [
      'null',
      'false',
      'true',
      '-1',
      '2',
      '2.5',
      '10',
      '"a"',
      '"b"',
      '[]',
      '[1]',
      '[1, 2]',
      '[2]',
    ];
    const composites = ['{}', '{"a": 1}', '{"a": 2}', '{"b": 1}', 'set()', '{1}', '{1, 2}', '{2}'];
    const values = [...ordered, ...composites].map(parseRegoValue);
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) expect(Math.sign(compareValues(a, b))).toBe(Math.sign(i - j));
    }
  });
});
