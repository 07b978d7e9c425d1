import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretPatterns } from '../../../../electron/gateway/redaction/secret-patterns.ts';
import { sampleRedactor } from './sample.ts';

const place = { server: 'files', tool: 'write_file' };

function without(text: string, settings: object = {}, length = Buffer.byteLength(text)): string {
  return sampleRedactor(settings).of(place, []).json(Buffer.from(text), length).toString();
}

/** Markers without their hashes. */
const plain = (text: string) => text.replaceAll(/:hmac=[\da-f]{12}\]/gu, ']');

/** Made up; put together here, so that no scanner takes this file for a leak. */
const letters = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5';
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', letters].join('.');
/** The words with which scanners begin. */
const privateKey = ['PRIVATE', 'KEY'].join(' ');
const pem = `-----BEGIN RSA ${privateKey}-----\nMIIB${letters}\n${letters}\n-----END RSA ${privateKey}-----`;
const samples: readonly (readonly [kind: string, secret: string])[] = [
  ['private-key', pem],
  ['private-key', pem.slice(0, 60)],
  ['github-token', `ghp_${letters}`],
  ['github-token', `github_pat_${letters}_${letters}`],
  ['gitlab-token', `glpat-${letters.slice(0, 20)}`],
  ['aws-key-id', `AKIA${'IOSFODNN7EXAMPLE'.replaceAll(/[0189]/gu, 'A')}`],
  ['slack-token', `xoxb-123456789012-${letters}`],
  ['google-key', `AIza${letters.slice(1)}`],
  ['google-key', `ya29.${letters}`],
  ['anthropic-key', `sk-ant-api03-${letters}`],
  ['openai-key', `sk-proj-${letters}`],
  ['openai-key', `sk-${letters}`],
  ['stripe-key', `sk_live_${letters}`],
  ['npm-token', `npm_${letters}`],
  ['pypi-token', `pypi-${letters}${letters}`],
  ['sendgrid-key', `SG.${letters.slice(0, 22)}.${letters}${letters.slice(0, 7)}`],
  ['huggingface-token', `hf_${letters}`],
  ['digitalocean-token', `dop_v1_${'0a'.repeat(32)}`],
  ['shopify-token', `shpat_${'0a'.repeat(16)}`],
  ['proxy-token', `mcpp_${letters}`],
  ['jwt', jwt],
];

describe('texts', () => {
  it.each(samples)('lack a %s, wherever it stands: %s', (kind, secret) => {
    const marked = `[redacted:${kind}]`;
    for (const [before, after] of [
      ['', ''],
      ['see ', ' there'],
      ['x="', '"'],
      ['line\n', '\nline'],
      ['ü', 'ü'],
    ] as const) {
      // What has no end takes the rest with it.
      const rest = kind === 'private-key' && !secret.includes('END') ? '' : after;
      const text = JSON.stringify({ path: '/a', content: before + secret + after });
      expect(plain(without(text))).toBe(JSON.stringify({ path: '/a', content: before + marked + rest }));
    }
  });

  it('lack one in the name of a member, in lists, and written with escapes', () => {
    const token = `ghp_${letters}`;
    const escaped = token.replace('g', String.raw`\u0067`);
    const text = `{ "a":[["${token}"],"${escaped}"] , "${token}":1.50 }`;
    expect(plain(without(text))).toBe(
      '{ "a":[["[redacted:github-token]"],"[redacted:github-token]"] , "[redacted:github-token]":1.50 }',
    );
  });

  it.each([
    ['postgres://user:hunter2@db/x', 'postgres://user:[redacted:url-credentials]@db/x'],
    [String.raw`https:\/\/u:geheim@example.org\/`, 'https://u:[redacted:url-credentials]@example.org/'],
    [
      'https://example.org/a?x=1&token=abcd1234&y=2',
      'https://example.org/a?x=1&token=[redacted:assigned-secret]&y=2',
    ],
    ['export DB_PASSWORD=hunter2222', 'export DB_PASSWORD=[redacted:assigned-secret]'],
    ['mysql -u root password=correcthorse', 'mysql -u root password=[redacted:assigned-secret]'],
    ['DB_PASSWD=geheimnis; x', 'DB_PASSWD=[redacted:assigned-secret]; x'],
    ['secret: "batterystaple"', 'secret: "[redacted:assigned-secret]"'],
    ["token = 'abcdefgh'", "token = '[redacted:assigned-secret]'"],
    ['curl --api-key=abc123456', 'curl --api-key=[redacted:assigned-secret]'],
    ['const apiKey = "abc1234567"', 'const apiKey = "[redacted:assigned-secret]"'],
    ['Authorization: Bearer abcdef', 'Authorization: Bearer [redacted:authorization]'],
    ['curl -H "authorization: token xyz123"', 'curl -H "authorization: token [redacted:authorization]"'],
    [`bearer ${letters}`, 'bearer [redacted:authorization]'],
    ['Basic dXNlcjpnZWhlaW0=', 'Basic [redacted:authorization]'],
    [
      'https://hooks.slack.com/services/T0000/B0000/XXXXXXXX1',
      'https://hooks.slack.com/services/[redacted:slack-webhook]',
    ],
  ])('of %s become %s', (given, expected) => {
    const text = `{"a":${given.includes('\\') ? `"${given}"` : JSON.stringify(given)}}`;
    expect(plain(without(text))).toBe(JSON.stringify({ a: expected }));
  });

  it.each([
    'the token = parse(x); const password: string; secret = getSecret()',
    'password=getPassword(); token=tokens[i]; secret=secret; password=string',
    'next_token=abcdefgh&password=abc',
    'mailto: someone@example.org and http://example.org/@user',
    'basic understanding of bearer bonds',
    'risk-assessment-of-the-year task-list desk-top sk-learn',
    'src/components/authentication-token-provider.ts',
    'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4',
    'pages=3&nextPageToken=abc',
  ])('stay, byte for byte, where they only look like it: %s', (text) => {
    const json = JSON.stringify({ text, n: 1 });
    expect(without(json)).toBe(json);
  });

  it('have a built-in pattern each', () => {
    const tested = new Set([...samples.map(([kind]) => kind), 'url-credentials', 'assigned-secret']);
    tested.add('authorization').add('slack-webhook');
    expect(secretPatterns.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('names of members', () => {
  it.each([
    ['{"password":"x"}', '{"password":"[redacted:password]"}'],
    ['{"PassWord":"x"}', '{"PassWord":"[redacted:password]"}'],
    ['{"db_password" : "x" ,"a":1}', '{"db_password" : "[redacted:password]" ,"a":1}'],
    ['{"githubToken":"x"}', '{"githubToken":"[redacted:token]"}'],
    ['{"X-Api-Key":["a","b"]}', '{"X-Api-Key":"[redacted:api_key]"}'],
    ['{"headers":{"Set-Cookie":"a=b"}}', '{"headers":{"Set-Cookie":"[redacted:cookie]"}}'],
    ['{"credentials":{"user":"u"}}', '{"credentials":"[redacted:credentials]"}'],
    ['{"pin":1234}', '{"pin":"[redacted:pin]"}'],
    ['{"pa\\u0073sword":"x"}', '{"pa\\u0073sword":"[redacted:password]"}'],
  ])('%s become %s', (text, expected) => {
    expect(plain(without(text))).toBe(expected);
  });

  it.each([
    '{"password":"","token":null,"secret":true,"cookie":{ },"authorization":[]}',
    '{"pageToken":"abc","_meta":{"progressToken":"t1"},"max_tokens":100,"pinned":1,"tokens":[1]}',
    '{"secretary":"x","tokenizer":"y","passport":"z"}',
  ])('leave %s as it is', (text) => {
    expect(without(text)).toBe(text);
  });
});

describe('a secret', () => {
  it('is one wherever else it stands in the arguments', () => {
    const text = '{"note":"it is geheim!","password":"geheim","again":["geheim"]}';
    expect(plain(without(text))).toBe(
      '{"note":"it is [redacted:password]!","password":"[redacted:password]","again":["[redacted:password]"]}',
    );
  });
});

describe('a secret that is short or plain', () => {
  it.each([
    ['4999', 'k4999 4999 49990', 'k4999 [redacted:password] 49990'],
    ['open', 'open opened re-open', '[redacted:password] opened re-[redacted:password]'],
    ['a-b', 'xa-b a-b (a-b)', 'xa-b [redacted:password] ([redacted:password])'],
    ['aaaaaaaaaa', 'baaaaaaaaaa aaaaaaaaaa', 'baaaaaaaaaa [redacted:password]'],
    ['hunter2', 'xhunter2y', 'x[redacted:password]y'],
    ['correcthorse', 'xcorrecthorsey', 'x[redacted:password]y'],
  ])('is replaced elsewhere as a whole word alone: %s', (password, note, expected) => {
    expect(plain(without(JSON.stringify({ password, note })))).toBe(
      JSON.stringify({ password: '[redacted:password]', note: expected }),
    );
  });
});

describe('the marker', () => {
  it('has the same hash for the same value, by name or by form, and another one under another key', () => {
    const token = `ghp_${letters}`;
    const text = without(JSON.stringify({ token, other: token, third: `ghp_${letters}x` }));
    const hashes = [...text.matchAll(/hmac=([\da-f]{12})\]/gu)].map(([, hash]) => hash);
    expect(hashes).toHaveLength(3);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });
});

describe('what the configuration says', () => {
  const text = `{"password":"x","note":"AB-1234 ghp_${letters}","deep":{"er":"v"}}`;

  it('can be that nothing is taken out', () => {
    expect(without(text, { enabled: false })).toBe(text);
    expect(without(text, { servers: { files: { enabled: false } } })).toBe(text);
    expect(without(text, { tools: { write_file: { enabled: false } } })).toBe(text);
    expect(without(text, { tools: { 'files/write_file': { enabled: false } } })).toBe(text);
    expect(without(text, { tools: { 'other/write_file': { enabled: false } } })).not.toBe(text);
  });

  it('can leave single ones out, and add others', () => {
    const settings = {
      except: ['password'],
      patterns: { badge: '[A-Z]{2}-[0-9]{4}' },
      tools: { write_file: { except: ['github-token'], paths: ['deep.*'] } },
      servers: { files: { keys: ['deep-er'] } },
    };
    expect(plain(without(text, settings))).toBe(
      `{"password":"x","note":"[redacted:badge] ghp_${letters}","deep":{"er":"[redacted:path]"}}`,
    );
    expect(plain(without('{"deepER":1}', settings))).toBe('{"deepER":"[redacted:deep-er]"}');
  });

  it('is refused where it makes no sense', () => {
    expect(() => sampleRedactor({ patterns: { bad: '(' } })).toThrow(
      /audit\.redact\.patterns\.bad: expected a regular expression of RE2/,
    );
    expect(() => sampleRedactor({ tools: { t: { except: ['nothing'] } } })).toThrow(
      /audit\.redact\.tools\.t\.except: expected some of .*github-token.*, found "nothing"/,
    );
  });

  it('can not hang, whatever pattern it has', () => {
    const begun = performance.now();
    without(`{"a":"${'a'.repeat(20_000)}!"}`, { patterns: { slow: '^(a+)+$' } });
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('words about a call', () => {
  it('lack what was taken out of its arguments, in each form in which it may be repeated', () => {
    const secret = 'gehe"im ä';
    const redaction = sampleRedactor().of(place, []);
    const text = JSON.stringify({ password: secret, pin: 12 });
    redaction.json(Buffer.from(text), text.length + 1);
    expect(redaction.took).toBe(true);
    const base64 = Buffer.from(secret).toString('base64');
    const words = `wrong: ${secret}, ${JSON.stringify(secret)}, ${encodeURIComponent(secret)}, ${base64}; 12 of 120`;
    expect(plain(redaction.words(words))).toBe(
      'wrong: [redacted:password], "[redacted:password]", [redacted:password], [redacted:password]; [redacted:pin] of 120',
    );
  });

  it('are recognised in log lines, too', () => {
    const redactor = sampleRedactor();
    const text = '{"password":"geheim-geheim"}';
    redactor.of(place, []).json(Buffer.from(text), text.length);
    expect(plain(redactor.words('server says geheim-geheim'))).toBe('server says [redacted:password]');
  });
});

describe('a text that is cut', () => {
  it('lacks a secret that begins before the cut, and nothing behind it counts', () => {
    const secret = `ghp_${letters}`;
    const text = JSON.stringify({ a: 'x'.repeat(50), b: secret, password: 'y', c: 'z'.repeat(100) });
    const at = text.indexOf(secret) + 6;
    expect(plain(without(text, {}, at))).toBe(`{"a":"${'x'.repeat(50)}","b":"[redacted:github-token]"`);
    expect(without(text, {}, 20)).toBe(text.slice(0, 20));
  });
});

describe('any JSON', () => {
  it('stays JSON and the same where nothing is secret, and never has the secret where something is', () => {
    const secret = 'correct horse battery staple';
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\n\t'), (value, space) => {
        const given = [value, { [`my${space}password`]: secret }, value];
        const text = JSON.stringify(given, null, space);
        const kept = without(text);
        expect(kept).not.toContain(secret);
        expect(JSON.parse(kept)).toHaveLength(3);
      }),
    );
  });

  it('takes time in proportion to its length', () => {
    const many = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => ({ pin: n, a: 'token=1' })));
    const begun = performance.now();
    const kept = without(many);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(JSON.parse(kept)).toHaveLength(20_000);
  });
});
