// JSON-RPC messages that are wrong: a list of what is known to hurt, and what chance makes of proper ones.
import fc from 'fast-check';

/** Stands in every listed message, so that one that was forwarded is found by it. */
export const MARK = 'hostile-7f3a';

const call = (given: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${MARK}","arguments":${given}}}`;
const envelope = (members: string) => `{"jsonrpc":"2.0",${members},"params":{"name":"${MARK}"}}`;
const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};
const around = (bytes: readonly number[]) =>
  Buffer.concat([
    Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${MARK}`),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);

/** None of them is a message: each has to be refused, whatever policies allow. */
export const listed: Readonly<Record<string, string | Buffer>> = {
  nothing: '',
  space: ' \r\n\t',
  text: MARK,
  'a truncated message': call('{}').slice(0, -1),
  'a truncated string': call('{"a":"').slice(0, -3),
  'a truncated escape': `{"jsonrpc":"2.0","id":1,"method":"${MARK}\\u00`,
  'two messages': call('{}').repeat(2),
  'a comma too many': call('{"a":1,}'),
  'a comment': call('{/**/}'),
  'single quotes': call("{'a':1}"),
  'a bare key': call('{a:1}'),
  NaN: call('{"a":NaN}'),
  Infinity: call('{"a":-Infinity}'),
  'a hexadecimal number': call('{"a":0x10}'),
  'an octal number': call('{"a":010}'),
  'a number with a plus': call('{"a":+1}'),
  'a huge number': call('{"a":1e999}'),
  'a number of 5,000 digits': call(`{"a":${'9'.repeat(5_000)}}`),
  'a line break in a string': call('{"a":"\n"}'),
  'a zero byte in a string': call('{"a":"\0"}'),
  'a zero byte behind it': `${call('{}')}\0`,
  'deep arrays': call(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
  'deep objects': call(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
  'deep and never closed': call('['.repeat(100_000)),
  'a bad byte': around([0xff]),
  'half a character': around([0xe2, 0x82]),
  'an overlong slash': around([0xc0, 0xaf]),
  'an overlong zero': around([0xc0, 0x80]),
  'a surrogate in UTF-8': around([0xed, 0xa0, 0x80]),
  'a character past the last': around([0xf4, 0x90, 0x80, 0x80]),
  'a byte order mark': `\uFEFF${call('{}')}`,
  'UTF-16': utf16(call('{}')),
  'UTF-16, the other way': utf16(call('{}'), true),
  'UTF-16 with its mark': utf16(`\uFEFF${call('{}')}`),
  'a method twice': `{"jsonrpc":"2.0","id":1,"method":"ping","method":"${MARK}"}`,
  'params twice': `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"params":{"name":"${MARK}"}}`,
  'a key twice': call('{"path":"/tmp","path":"/etc"}'),
  'a key twice, once escaped': call(String.raw`{"path":"/tmp","p\u0061th":"/etc"}`),
  'a key twice, deep down': call('{"a":[{"b":{"c":1,"c":2}}]}'),
  '__proto__ twice': call('{"__proto__":1,"__proto__":{"name":"x"}}'),
  'a method in capitals too': `{"jsonrpc":"2.0","id":1,"method":"ping","METHOD":"${MARK}"}`,
  'no version': `{"id":1,"method":"${MARK}"}`,
  'another version': `{"jsonrpc":"1.0","id":1,"method":"${MARK}"}`,
  'a version that is a number': `{"jsonrpc":2.0,"id":1,"method":"${MARK}"}`,
  'a version in __proto__': `{"__proto__":{"jsonrpc":"2.0"},"id":1,"method":"${MARK}"}`,
  'a method in __proto__': `{"jsonrpc":"2.0","id":1,"__proto__":{"method":"${MARK}"}}`,
  'an id that is null': envelope('"id":null,"method":"tools/call"'),
  'an id that is an object': envelope('"id":{},"method":"tools/call"'),
  'an id that is true': envelope('"id":true,"method":"tools/call"'),
  'an id with a fraction': envelope('"id":1.5,"method":"tools/call"'),
  'an id beyond the integers': envelope('"id":9007199254740993,"method":"tools/call"'),
  'a method that is a number': envelope('"id":1,"method":7'),
  'a method that is an array': envelope('"id":1,"method":["tools/call"]'),
  'a method that is null': envelope('"id":1,"method":null'),
  'an empty method': envelope('"id":1,"method":""'),
  'a long method': envelope(`"id":1,"method":"${'x'.repeat(10_000)}"`),
  'a reserved method': envelope('"id":1,"method":"rpc.x"'),
  'params that are an array': `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["${MARK}"]}`,
  'params that are a text': `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"${MARK}"}`,
  'params that are null': `{"jsonrpc":"2.0","id":1,"method":"${MARK}","params":null}`,
  'a method and a result': `{"jsonrpc":"2.0","id":1,"method":"${MARK}","result":{}}`,
  'a result and an error': `{"jsonrpc":"2.0","id":1,"result":{"a":"${MARK}"},"error":{"code":1,"message":""}}`,
  'an empty batch': '[]',
  'a batch of nothing': `[1,null,"${MARK}"]`,
  'a batch in a batch': `[[${call('{}')}]]`,
  'a batch with one that is wrong': `[${call('{}')},{"id":2}]`,
  'a batch of 10,000': `[${Array.from({ length: 10_000 }, () => call('{}')).join(',')}]`,
  'a string at the top': `"${MARK}"`,
  'a number at the top': '7',
  'true at the top': 'true',
  'null at the top': 'null',
};

const templates = [
  call('{"path":"/tmp/a","n":[1,2.5,-3e2],"deep":{"a":{"b":null}}}'),
  '{"jsonrpc":"2.0","id":"a-1","method":"resources/read","params":{"uri":"file:///tmp/a"}}',
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":2}}',
  '{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"\\u00e9"}]}}',
];

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.uint8Array({ min: 0x20, max: 0x7e, minLength: 1, maxLength: 2 }),
);
const tokens = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '1e400',
  'null',
  '\0',
  '\n',
);

/** How far into a text, as a part of it; each place is as likely as any. */
export const somewhere = fc.nat(999_999).map((millionths) => millionths / 1_000_000);

/** A proper message with a few places struck out, put in twice, or overwritten. */
export const mutated: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.constantFrom(...templates),
    fc.array(
      fc.record({
        at: somewhere,
        kind: fc.constantFrom('cut', 'drop', 'repeat', 'bytes', 'token'),
        bytes,
        token: tokens,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([template, edits]) => {
    let text = Buffer.from(template);
    for (const edit of edits) {
      const at = Math.floor(edit.at * text.length);
      const [before, after] = [text.subarray(0, at), text.subarray(at)];
      const piece = after.subarray(0, edit.bytes.length);
      const rest = after.subarray(piece.length);
      const middle = {
        cut: [],
        drop: [rest],
        repeat: [piece, piece, rest],
        bytes: [edit.bytes, rest],
        token: [Buffer.from(edit.token), after],
      }[edit.kind];
      text = Buffer.concat([before, ...middle]);
    }
    return text;
  });

const oddKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'then',
  'length',
  'name',
  'uri',
  '',
  '\ud800',
);
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, true, '', 0, -1, 1e308, MARK, '\ud800', '<script>'),
    fc.double(),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(oddKeys, fc.string({ maxLength: 4 })), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).value;

/** An envelope of which any member may be anything, or missing. */
export const mistyped: fc.Arbitrary<Buffer> = fc
  .record(
    {
      jsonrpc: fc.oneof({ weight: 4, arbitrary: fc.constant('2.0') }, anything),
      id: fc.oneof(fc.nat(), anything),
      method: fc.oneof(
        fc.constantFrom('tools/call', 'resources/read', 'tools/list', 'completion/complete', 'vendor/x'),
        anything,
      ),
      params: anything,
      result: anything,
      error: anything,
    },
    { requiredKeys: ['jsonrpc'] },
  )
  .map((message) => Buffer.from(JSON.stringify(message)));

/** Whether it is a message that a server may be sent: judged here by other means than the proxy's own. */
export function isProper(text: Buffer): boolean {
  const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  const value = JSON.parse(decoded) as Record<string, unknown>;
  const written = [...decoded.matchAll(/"(?:[^"\\]|\\.)*"(?<colon>\s*:)?/gsu)];
  const keys = written.filter(({ groups }) => groups?.colon !== undefined).length;
  const { jsonrpc, id, method, params } = value;
  return (
    jsonrpc === '2.0' &&
    keys === keysIn(value) &&
    (id === undefined || typeof id === 'string' || Number.isSafeInteger(id)) &&
    (method === undefined || (typeof method === 'string' && method !== '')) &&
    (method !== undefined || id !== undefined) &&
    (params === undefined || (typeof params === 'object' && params !== null && !Array.isArray(params)))
  );
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, one) => sum + keysIn(one), own);
}
