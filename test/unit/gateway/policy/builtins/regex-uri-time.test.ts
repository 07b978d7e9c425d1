import { describe, expect, it, vi } from 'vitest';
import { compareWithOpa, pairs } from './differential.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const json = (values: readonly string[]) => values.map((value) => JSON.stringify(value));
const others = ['null', 'true', '1', '[]', '{}'];

const expressions = [
  ...json([
    '',
    'a',
    'a*',
    'a+',
    '^a',
    'a$',
    '(a)|(b)',
    '(?P<x>a)(?<y>b)?',
    '[a-c]+',
    '\\bb',
    '(?i)A',
    '.',
    '\\s*,\\s*',
  ]),
  ...json([
    '(a+)+$',
    'é',
    '\\pL',
    '[^a]',
    'a{2,3}',
    'x*',
    '(?s).',
    '(?m)^',
    '\\.',
    '😀',
    '(a|b)*c',
    '\\d{3}',
    'a**',
  ]),
  ...json(['(', ')', '[', 'a{1001}', '(?<=a)b', '(?=a)', '\\1', '\\', '*', '\\C', '\\Q.\\E', '$', '\\z']),
];
const texts = json([
  ...[
    '',
    'a',
    'aaa',
    'ab',
    'abc',
    'abcabc',
    'baaac',
    'a b,c , d',
    'é😀é',
    'A',
    '\n',
    'a\nb',
    'x.y',
    '12345',
    '.',
  ],
]);

const templates = json(['-', '$0', '$1', '${1}x', '$1x', '$x$y', '${x', '$$', '$', '${}', '$01', '$é', '$9']);

const layouts = [
  ...json([
    '',
    'RFC3339',
    'RFC3339Nano',
    'ANSIC',
    'RubyDate',
    'RFC822Z',
    'RFC1123Z',
    'UnixDate',
    'RFC822',
    'RFC850',
  ]),
  ...json([
    '2006-01-02',
    '06/1/2',
    '02 January 2006 3:4:5 PM',
    'Monday Mon Jan Janet',
    '15h04m05.000s',
    '05,999',
  ]),
  ...json([
    '2006-002',
    '__2 2006',
    '_2 Jan 2006',
    '_2006',
    '2006-01-02 15:04:05 -07',
    '2006-01-02 15:04 -070000',
  ]),
  ...json([
    '2006-01-02 Z07:00:00',
    '2006-01-02 Z0700',
    '03pm',
    '2006-01-02  15',
    '20060102150405',
    'RFC',
    'é2006',
  ]),
  ...json([
    '2006-01-02T15:04:05.999999',
    '2006-01-02T15:04:05Z07',
    '2006-01-02 15:04:05 MST',
    '05.0000',
    '.00',
  ]),
];
const moments = [
  ...[
    '0',
    '1',
    '-1',
    '1709210096789012345',
    '1711846800000000000',
    '1730019599999999999',
    '951782400000000000',
  ],
  ...[
    '-9223372036854775808',
    '9223372036854775807',
    '1704067199000000000',
    '1719835200120000000',
    '1.5',
    '"x"',
  ],
];
const zones = [
  '',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'America/St_Johns',
  'No/Where',
];
const named = new Set(json(['UnixDate', 'RFC822', 'RFC850', 'RFC1123', '2006-01-02 15:04:05 MST']));

const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '|': '|' };

const written = json([
  ...[
    '2024-02-29',
    '2023-02-29',
    '24/2/9',
    '69/12/31',
    '02 january 2024 3:4:5 PM',
    '12 MAY 2024 12:00:00 AM',
  ],
  ...[
    'Thu Feb 29 12:34:56 2024',
    'Thu Feb  9 12:34:56 2024',
    'Thu Feb 09 12:34:56 +0130 2024',
    '29 Feb 24 12:34 CET',
  ],
  ...[
    '29 Feb 24 12:34 GMT+3',
    '29 Feb 24 12:34 UTC',
    '29 Feb 24 12:34 +03',
    '29 Feb 24 12:34 -0700',
    '29 Feb 24 12:34 WITA',
  ],
  ...[
    'Thursday, 29-Feb-24 12:34:56 CEST',
    'Thu, 29 Feb 2024 12:34:56 +2460',
    'Thu, 29 Feb 2024 12:34:56.25 +0000',
  ],
  ...[
    '2024-02-29T12:34:56Z',
    '2024-02-29T12:34:56.123456789123Z',
    '2024-02-29T12:34:56+01:00',
    '2024-02-29T25:00:00Z',
  ],
  ...[
    '2024-060',
    '2023-060',
    '2024-366',
    '2023-366',
    '2023-000',
    ' 60 2024',
    '  6 2024',
    '9 2024',
    ' 9 Feb 2024',
    '9 Feb 2024',
  ],
  ...[
    '2024-02-29 12:34:56 +01',
    '2024-02-29 12:34 -013045',
    '2024-02-29 +01:30:45',
    '2024-02-29 Z',
    '2024-02-29 +0130',
  ],
  ...[
    '2024-02-29 12',
    '2024-02-29   12',
    '20240229123456',
    '2024-02-29T12:34:56.12',
    '2024-02-29T12:34:56,12',
    '2024-13-01',
  ],
  ...[
    '2024-00-01',
    '2024-01-00',
    '2024-01-32',
    '02024-01-01',
    '1500-01-01',
    '2300-01-01',
    '2024-02-29x',
    '',
    '2024-02-29T12:34:56z',
  ],
  ...[
    '2024-02-29 12:34:56 ABCDEF',
    '2024-02-29 12:34:56 ABCDT',
    '2024-02-29 12:34:56 EST',
    '2024-02-29 12:34:60 EST',
  ],
]);

const uris = json([
  ...[
    '',
    '*',
    'http://h',
    'HTTP://H/p',
    'a+b-c.d://h',
    '1abc://h',
    '://h',
    'foo:',
    'foo:bar',
    'a:b/c',
    '/a:b',
    'a/b:c',
    'a:',
  ],
  ...[
    'http://h:8080/',
    'http://h:',
    'http://h:0',
    'http://h:x',
    'http://h:80:90',
    'http://[::1]:80/x',
    'http://[::1',
    'http://::1/',
  ],
  ...[
    'http://[fe80::1%25eth0]/',
    'http://[fe80::1%eth0]/',
    'http://[::1]x/',
    'http://[x]/',
    'http://u:p@h/',
    'http://u@h@i/',
  ],
  ...[
    'http://u p@h/',
    'http://a b/',
    'http://h/a b',
    'http://h/%zz',
    'http://h/%41%2f',
    'http://h/%e9',
    'http://h/a%20b!',
    'http://h/é',
  ],
  ...[
    'http://é.de/',
    'http://%C3%A9.de/',
    'http://%41/',
    'http://h%25/',
    'http://h?q=1&r',
    'http://h?',
    'http://h??',
    '/p?a?b#f',
  ],
  ...[
    '#',
    '#f%20g',
    '#%zz',
    '//h/p',
    '///p',
    '////p',
    '/p//q',
    'p',
    '?q',
    'mailto:a@b?c=d#e',
    'file:///etc/passwd',
    'file://h',
  ],
  ...[
    'http://h\n',
    'http://h/\u0000',
    'http://h/#a\n',
    'http://h\\x',
    'http://h/\\',
    'urn:uuid:1',
    'http:///p',
    'http://',
    'a b',
    'a%20b:c',
  ],
  ...[
    'http://h/;x=1,2',
    'http://h/a=b&c+d@e:f',
    "http://h/'(*)",
    'http://<h>/',
    'http://h"/',
    'http://h^/',
    'http://u:p:q@h',
    'http://u%20x:%zz@h',
  ],
  ...[
    'http://h/\u{1f600}',
    'http://a[b]/',
    'http://a]b/',
    'http://[::1]]/',
    'http://[[::1]/',
    'http://1.2.3.4:5/',
    '%',
    'x:%zz',
    'http:/p',
    'http:p',
  ],
  ...[
    'http://[1.2.3.4]/',
    'http://[::ffff:1.2.3.4]/',
    'http://[::1%25]/',
    'http://[::1%25a%20b]/',
    'http://[::1%2525]/',
    'http://[fe80::1%25é]/',
    'http://x@[::1]:1/',
  ],
]);

describe('supplied builtins are those of `opa eval`', () => {
  it.each<[name: string, arity: number, cases: string[]]>([
    ['regex.find_n', 3, triples(expressions, texts, ['-1', '0', '1', '2', '1.5'])],
    ['regex.split', 2, [...pairs(expressions, texts), ...pairs(others, texts)]],
    ['regex.replace', 3, triples(texts, expressions, templates)],
    [
      'regex.template_match',
      4,
      ['<', '{', '(', '|', '<<', '', 'é'].flatMap((open) =>
        // OPA keeps templates compiled whatever their delimiters are, so each stands with one pair alone.
        pairs(
          json(['urn:<[a-z]+>:x', 'a.b<.*>', '<a', 'a>', '<a<b>c>', '<a)(b>', '<>', '<[>', 'plain', '']).map(
            (each) => each.replaceAll('<', open).replaceAll('>', closing[open] ?? '>'),
          ),
          json(['urn:abc:x', 'urn:1:x', 'a.bcd', 'axbcd', 'plain', '', 'ac', 'ab']),
        ).map(
          (pair) => `${pair.slice(0, -1)}, ${JSON.stringify(open)}, ${JSON.stringify(closing[open] ?? '>')}]`,
        ),
      ),
    ],
    ['time.parse_ns', 2, [...pairs(layouts, written), ...pairs(others)]],
    [
      'time.format',
      1,
      [
        ...moments.map((ns) => `[${ns}]`),
        ...moments.flatMap((ns) =>
          json(zones).flatMap((zone) =>
            layouts
              .filter((each) => !named.has(each) || zone === '"UTC"')
              .map((layout) => `[[${ns}, ${zone}, ${layout}]]`),
          ),
        ),
      ],
    ],
    ['uri.parse', 1, [...uris, ...others].map((each) => `[${each}]`)],
    ['uri.is_valid', 1, [...uris, ...others].map((each) => `[${each}]`)],
  ])('%s', (name, arity, cases) => {
    const { differences, defined, undefined: failing } = compareWithOpa(name, arity, cases);
    expect(differences.slice(0, 25)).toEqual([]);
    expect(name.endsWith('is_valid') ? defined : Math.min(defined, failing)).toBeGreaterThan(1);
  });
});

function triples(one: readonly string[], two: readonly string[], three: readonly string[]): string[] {
  return pairs(one, two).flatMap((pair) => three.map((each) => `${pair.slice(0, -1)}, ${each}]`));
}
