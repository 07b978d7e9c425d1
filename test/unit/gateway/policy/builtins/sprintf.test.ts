import { describe, expect, it } from 'vitest';
import { regoSprintf } from '../../../../../electron/gateway/policy/builtins/sprintf.ts';
import { parseRegoValue } from '../../../../../electron/gateway/policy/rego-value-parser.ts';
import { opaEval } from '../opa-eval.ts';

const verbs = Array.from('vsdqtboOxXcUeEfFgGTz');
const flags = [
  '',
  '+',
  '-',
  '#',
  ' ',
  '0',
  '5',
  '05',
  '-5',
  '+5',
  '.0',
  '.2',
  '8.3',
  '08.3',
  '-8.3',
  '+08.2',
  '20',
  '# ',
];
const values = [
  ...['0', '1', '-1', '42', '-12345', '65', '128512', '1000000'],
  ...[
    '0.5',
    '-2.5',
    '0.125',
    '1.5',
    '3.14159',
    '1234567.8',
    '123456.7',
    '0.00001234',
    '100000.0',
    '1.5e300',
    '1e6',
  ],
  ...['""', '"a"', '"héllo wörld"', '"q\\"x\\n\\u0001\\u00ad\\u200b😀"', '"back`tick"'],
  ...['null', 'true', '[1, "a", {"b": null}]', '{"b": [2.5], "a": "\\u0001"}'],
];

/** Formats with more or fewer arguments than they use, widths as arguments, indexes, and nonsense. */
const awkward: [format: string, args: string][] = [
  ['%d', '[]'],
  ['%d %d', '[1]'],
  ['a', '[1, "b", 2.5]'],
  ['%[2]d %[1]d', '[1, 2]'],
  ['%[3]d', '[1, 2]'],
  ['%[x]d %[1', '[1]'],
  ['%[1]d %d', '[1, 2]'],
  ['%*d|%-*d|', '[5, 42, 5, 42]'],
  ['%*d', '["x", 42]'],
  ['%*d|', '[-5, 42]'],
  ['%.*f %.*f', '[2, 3.14159, -1, 1.5]'],
  ['%[2]*[1]d', '[7, 4]'],
  ['%d%% %', '[50]'],
  ['%é', '[1]'],
  ['%-010d|%-010s|', '[5, "5"]'],
  ['%.', '[5]'],
  ['%d %v', '[12345678901234567890, 12345678901234567890]'],
];

function compare(cases: readonly (readonly [format: string, args: string])[]) {
  const documents = cases.map(([format, args]) => `{"format": ${JSON.stringify(format)}, "args": ${args}}`);
  const judged = opaEval('sprintf(x.format, x.args)', documents);
  return cases.map(([format, args], index) => ({
    format,
    args,
    ours: format.includes('#') || /[xXb]/u.test(format) ? lenient(format, args) : ours(format, args),
    judged: judged[index],
  }));
}

function ours(format: string, args: string): unknown {
  return regoSprintf(format, parseRegoValue(args));
}

/** Hexadecimal floats, and `#` with floats, are refused instead of printed. */
function lenient(format: string, args: string): unknown {
  try {
    return ours(format, args);
  } catch (error) {
    expect(String(error)).toContain('with these flags');
    return undefined;
  }
}

describe('sprintf', () => {
  it('prints what `opa eval` prints, for every verb, flag and kind of value', () => {
    const cases = values.flatMap((value) =>
      verbs.flatMap((verb) => flags.map((flag) => [`<%${flag}${verb}>`, `[${value}]`] as const)),
    );
    const compared = compare(cases).filter(({ ours: printed }) => printed !== undefined);
    expect(compared.length).toBeGreaterThan(9000);
    expect(compared.filter(({ ours: printed, judged }) => printed !== judged)).toEqual([]);
  });

  it('prints what `opa eval` prints for directives that do not fit their arguments', () => {
    const compared = compare(awkward);
    expect(compared.filter(({ ours: printed, judged }) => printed !== judged)).toEqual([]);
  });

  it('prints sets as sets', () => {
    expect(ours('%v %v', '[{2, 1, "a"}, set()]')).toBe('{1, 2, "a"} set()');
  });

  it('is undefined for operands that are no format and list', () => {
    expect(regoSprintf(null, [])).toBeUndefined();
    expect(regoSprintf('a', 'b')).toBeUndefined();
    expect(regoSprintf('a', null)).toBeUndefined();
  });

  it('refuses what it can not print', () => {
    expect(() => ours('%x', '[1.5]')).toThrow('%x');
  });
});
