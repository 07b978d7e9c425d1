import { describe, expect, it } from 'vitest';
import { objectSubset } from '../../../../../electron/gateway/policy/builtins/object-subset.ts';
import { anyPrefixMatch, anySuffixMatch } from '../../../../../electron/gateway/policy/builtins/strings.ts';
import { parseRegoValue } from '../../../../../electron/gateway/policy/rego-value-parser.ts';
import { call, engineOn } from '../engines.ts';
import { opaEval } from '../opa-eval.ts';

describe('builtins over sets', () => {
  it('object.subset is that of `opa eval`', () => {
    const values = [
      '{}',
      '{"a": 1}',
      '{"a": 1, "b": {"c": [1, 2, 3]}}',
      '{"b": {"c": [2, 3]}}',
      '{"a": [1]}',
    ];
    const lists = [
      '[]',
      '[1]',
      '[1, 2]',
      '[2, 1]',
      '[1, 1, 2]',
      '[1, 1, 2, 3]',
      '[1, [2]]',
      '[[2]]',
      '"a"',
      '1',
      'null',
    ];
    const all = [...values, ...lists];
    const pairs = all.flatMap((whole) => all.map((part) => [whole, part] as const));
    const judged = opaEval(
      'object.subset(x[0], x[1])',
      pairs.map(([whole, part]) => `[${whole}, ${part}]`),
    );
    const ours = pairs.map(([whole, part]) => objectSubset(parseRegoValue(whole), parseRegoValue(part)));
    expect(ours).toEqual(judged);
  });

  it.each([
    ['{1, 2, 3}', '{3, 1}', true],
    ['{1, 2}', '{3}', false],
    ['{1}', 'set()', true],
    ['[1, 2, 3]', '{3, 1}', true],
    ['[1]', '{3, 1}', false],
    ['{1}', '[1]', undefined],
    ['{"a": {1, 2}}', '{"a": {1}}', true],
    ['{"a": [1, 2]}', '{"a": {1}}', false],
  ])('object.subset(%s, %s) is %s', (whole, part, expected) => {
    expect(objectSubset(parseRegoValue(whole), parseRegoValue(part))).toBe(expected);
  });

  it('strings.any_prefix_match and any_suffix_match are those of `opa eval`', () => {
    const values = [
      '"abc"',
      '"c"',
      '""',
      '[]',
      '["abc", "xyz"]',
      '["z", "a"]',
      '["é"]',
      '1',
      '["a", 1]',
      'null',
    ];
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    const documents = pairs.map(([a, b]) => `[${a}, ${b}]`);
    const parsed = pairs.map(([a, b]) => [parseRegoValue(a), parseRegoValue(b)] as const);
    expect(parsed.map(([a, b]) => anyPrefixMatch(a, b))).toEqual(
      opaEval('strings.any_prefix_match(x[0], x[1])', documents),
    );
    expect(parsed.map(([a, b]) => anySuffixMatch(a, b))).toEqual(
      opaEval('strings.any_suffix_match(x[0], x[1])', documents),
    );
  });

  it('are what policies call', async () => {
    const { decide, problem } = await engineOn(`package mcp.policy
facts contains sprintf("%v %q %d", [{"b", 1}, "x", 3])
facts contains sprintf("%d", [time.parse_rfc3339_ns("2024-02-29T12:34:56.123456789Z")])
facts contains time.weekday([0, "America/New_York"])
facts contains sprintf("%v %v", [time.clock(1709210096789012345), time.date(0)])
facts contains sprintf("%v", [strings.any_prefix_match({"ab", "cd"}, {"c"})])
facts contains sprintf("%v", [strings.any_suffix_match("ab", ["b"])])
facts contains sprintf("%v", [object.subset({1, 2}, {2})])
facts contains "never" if time.clock(input.tool)
decision := {"allow": true, "violations": sort(facts)}
`);
    expect(problem).toBeNull();
    expect(decide(call('any')).violations).toEqual([
      '1709210096123456789',
      'Wednesday',
      '[12, 34, 56] [1970, 1, 1]',
      'true',
      '{1, "b"} "x" 3',
    ]);
  });
});
