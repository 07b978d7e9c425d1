import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRedactor } from './sample.ts';

const redactor = sampleRedactor({ enabled: false });
const place = { server: 'default', tool: 'write' };

/** The text without what lies at the paths, and without the hashes of that. */
function without(text: string, ...paths: string[][]): string {
  const json = redactor.of(place, paths).json(Buffer.from(text), Buffer.byteLength(text)).toString();
  return json.replaceAll(/\[redacted:policy(?::hmac=[\da-f]{12})?\]/gu, '[redacted]');
}

describe('redacted arguments', () => {
  it('lack the value, and are otherwise what came, byte for byte', () => {
    expect(without('{ "id" : 12345678901234567890, "password": "geheim\\"" , "x":1.50 }', ['password'])).toBe(
      '{ "id" : 12345678901234567890, "password": "[redacted]" , "x":1.50 }',
    );
  });

  it.each([
    ['{"auth":{"token":"s","user":"u"}}', ['auth', 'token'], '{"auth":{"token":"[redacted]","user":"u"}}'],
    ['{"auth":{"token":"s"}}', ['auth'], '{"auth":"[redacted]"}'],
    ['{"h":{"a":"s","b":{"c":1}}}', ['h', '*'], '{"h":{"a":"[redacted]","b":"[redacted]"}}'],
    ['{"a":{"x":{"k":"s"}},"b":{"k":"t"}}', ['*', '*', 'k'], '{"a":{"x":{"k":"[redacted]"}},"b":{"k":"t"}}'],
    ['{"l":[{"k":"s"},[{"k":"t"}],3]}', ['l', 'k'], '{"l":[{"k":"[redacted]"},[{"k":"[redacted]"}],3]}'],
    [
      '{"PassWord":"s","pa\\u0073\\u0073word2":1}',
      ['password'],
      '{"PassWord":"[redacted]","pa\\u0073\\u0073word2":1}',
    ],
    ['{"\\u0070w":"s"}', ['pw'], '{"\\u0070w":"[redacted]"}'],
    ['{"a":1}', ['b'], '{"a":1}'],
    ['{"a":1}', ['a', 'b'], '{"a":1}'],
    ['{}', ['a'], '{}'],
    [' {"a":1}', [], ' "[redacted]"'],
  ])('of %s without %j are %s', (text, path, expected) => {
    expect(without(text, path)).toBe(expected);
  });

  it('lack what several paths lead to, one inside of the other', () => {
    const text = '{"a":{"b":{"c":1},"d":2},"e":3}';
    expect(without(text, ['a', 'b', 'c'], ['e'], ['a', 'b'], ['a', 'b'])).toBe(
      '{"a":{"b":"[redacted]","d":2},"e":"[redacted]"}',
    );
  });

  it('are JSON, with all else as it was, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        // One that stands nowhere else: it would be taken out there, too.
        fc.string().map((text) => `hidden away: ${text}`),
        (value, secret) => {
          const given = { ...value, hidden: { secret } };
          const said = JSON.parse(without(JSON.stringify(given, null, 1), ['hidden', 'secret'])) as unknown;
          const expected = { ...given, hidden: { secret: '[redacted]' } };
          expect(said).toEqual(JSON.parse(JSON.stringify(expected)));
        },
      ),
    );
  });

  it('take time in proportion to their length, however many names and elements they have', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`k${index}`, [{ s: `${index}` }]]),
    );
    const begun = performance.now();
    const text = without(JSON.stringify(many), ['*', 's'], ['*', '*'], ['*']);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(JSON.parse(text)).toMatchObject({ k0: '[redacted]', k4999: '[redacted]' });
  });
});
