// Reading messages: what a policy and a server could read differently is refused, and the bytes stay as they came.
import { describe, expect, it } from 'vitest';
import type { Message, Parsed } from '../../../../electron/gateway/wire/json-rpc.ts';
import {
  readClientBody,
  readServerMessage,
  type ClientBody,
} from '../../../../electron/gateway/wire/parse.ts';

const read = (text: string): Parsed<ClientBody> => readClientBody(Buffer.from(text));

function only(text: string): Message {
  const body = read(text);
  if (!body.ok) throw new Error(`refused: ${body.error} ${body.message ?? ''}`);
  expect(body.value.batch).toBe(false);
  const [message] = body.value.messages;
  if (message === undefined) throw new Error('no message');
  return message;
}

/** A call whose params are written out in the test. */
const call = (params: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;

describe('what a client may send', () => {
  it('reads a request', () => {
    expect(only('{"jsonrpc":"2.0","id":"a","method":"ping"}')).toMatchObject({
      kind: 'request',
      id: 'a',
      method: 'ping',
      params: {},
    });
  });

  it('reads a notification', () => {
    const message = only('{"jsonrpc":"2.0","method":"notifications/initialized","params":{"x":1}}');
    expect(message).toMatchObject({ kind: 'notification', params: { x: 1 } });
  });

  it('reads a result, an error, and an error for an id that could not be read', () => {
    expect(only('{"jsonrpc":"2.0","id":0,"result":null}')).toMatchObject({ kind: 'response', error: null });
    expect(only('{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no"}}')).toMatchObject({
      kind: 'response',
      error: { code: -1, message: 'no' },
    });
    expect(only('{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}')).toMatchObject({
      id: null,
    });
  });

  it('keeps the bytes as they came: digits, escapes, order, white space inside', () => {
    const text =
      '{ "params": {"n": 12345678901234567890, "s": "\\u0061\\/"},\n"method":"x", "id":1, "jsonrpc":"2.0"}';
    expect(only(`\r\n ${text}\t\n`).bytes.toString()).toBe(text);
  });

  it('keeps members that it does not know', () => {
    expect(only('{"jsonrpc":"2.0","id":1,"method":"x","future":true}').kind).toBe('request');
  });

  it.each([0, -1, 9007199254740991, '', 'a', 'x'.repeat(1024)])('takes %j as an id', (id) => {
    expect(only(JSON.stringify({ jsonrpc: '2.0', id, method: 'x' }))).toMatchObject({ kind: 'request', id });
  });

  it('takes the number 1 and the string "1" for different ids', () => {
    expect(only('{"jsonrpc":"2.0","id":1,"method":"x"}')).toMatchObject({ id: 1 });
    expect(only('{"jsonrpc":"2.0","id":"1","method":"x"}')).toMatchObject({ id: '1' });
  });

  it('takes the same key in different objects', () => {
    expect(only(call('{"name":"a","arguments":{"name":"b","list":[{"name":1},{"name":2}]}}')).kind).toBe(
      'request',
    );
  });

  it('takes colons, quotes and braces inside strings for text', () => {
    const tricky = '{"name":"a\\":","arguments":{"\\\\":"\\\\","k:\\"":"{\\"k\\":1,\\"k\\":2}"}}';
    expect(only(call(tricky)).kind).toBe('request');
  });
});

describe('the same key twice', () => {
  it.each<[string, string]>([
    ['the method', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'],
    ['with the same value', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}'],
    ['spelt with an escape', '{"jsonrpc":"2.0","id":1,"method":"ping","\\u006dethod":"tools/call"}'],
    ['spelt with escapes of other case', '{"jsonrpc":"2.0","id":1,"method":"x","\\u006D\\u0065thod":"y"}'],
    ['the params', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"params":{"name":"x"}}'],
    ['the tool', call('{"name":"read","name":"write"}')],
    ['the arguments', call('{"name":"x","arguments":{"a":1},"arguments":{"a":2}}')],
    ['an argument', call('{"name":"x","arguments":{"path":"/tmp","path":"/etc"}}')],
    ['deep in arrays and objects', call('{"name":"x","arguments":{"a":[[{"b":{"c":1,"c":2}}]]}}')],
    ['__proto__', call('{"name":"x","arguments":{"__proto__":{"a":1},"__proto__":{"a":2}}}')],
    ['the empty key', call('{"name":"x","arguments":{"":1,"":2}}')],
    ['a surrogate pair, raw and escaped', call('{"name":"x","arguments":{"😀":1,"\\ud83d\\ude00":2}}')],
    ['with different separators', call('{"name":"x","arguments":{"a" :1,"a"\n:2}}')],
  ])('is refused: %s', (_what, text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(read(text)).toEqual({ ok: false, error: 'duplicate_key', id: 1 });
  });

  it('is refused in an element of a batch', () => {
    const text = `[{"jsonrpc":"2.0","method":"a"},${call('{"name":"x","name":"y"}')}]`;
    expect(read(text)).toMatchObject({ ok: false, error: 'duplicate_key', id: null });
  });

  it('is refused where the twice written key is the id', () => {
    expect(read('{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}')).toMatchObject({ error: 'duplicate_key' });
  });
});

describe('keys that only look like those of the envelope', () => {
  it.each(['Method', 'METHOD', 'Params', 'paramſ', 'Id', 'JSONRPC', 'jſonrpc', 'Result', 'reſult', 'Error'])(
    'refuses "%s", which a server may read without regard to case',
    (key) => {
      const text = `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"a"},"${key}":{"name":"b"}}`;
      expect(read(text)).toMatchObject({ ok: false, error: 'invalid_request', id: 5 });
    },
  );

  it('refuses one spelt with an escape', () => {
    expect(read('{"jsonrpc":"2.0","id":5,"method":"a","\\u004dethod":"b"}')).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('takes __proto__ as an ordinary unknown member', () => {
    const message = only('{"jsonrpc":"2.0","id":1,"method":"x","__proto__":{"result":1,"method":"y"}}');
    expect(message).toMatchObject({ kind: 'request', method: 'x' });
  });

  it('does not read the envelope out of __proto__', () => {
    expect(read('{"__proto__":{"jsonrpc":"2.0","method":"x"}}')).toMatchObject({ error: 'invalid_request' });
  });
});

describe('what is refused as no JSON', () => {
  it.each(['', ' \n', '{', 'nul', "{'a':1}", '{"a":1,}', '{} {}', '{"a":NaN}', '\ufeff{}', '{"a":"\n"}'])(
    'refuses %j',
    (text) => {
      expect(read(text)).toMatchObject({ ok: false, error: 'parse_error', id: null });
    },
  );

  it.each<[string, number[]]>([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a code point past the last', [0xf5, 0x80, 0x80, 0x80]],
  ])('refuses %s inside a string', (_what, wrong) => {
    const body = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":"'),
      Buffer.from(wrong),
      Buffer.from('"}}'),
    ]);
    expect(readClientBody(body)).toMatchObject({ ok: false, error: 'parse_error' });
  });

  it('refuses UTF-16', () => {
    expect(readClientBody(Buffer.from('{}', 'utf16le'))).toMatchObject({ error: 'parse_error' });
  });
});

describe('what is refused as no message', () => {
  it.each<[string, string, string | number | null]>([
    ['a string', '"x"', null],
    ['a number', '1', null],
    ['null', 'null', null],
    ['no version', '{"id":1,"method":"x"}', 1],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"x"}', 1],
    ['a version that is a number', '{"jsonrpc":2.0,"id":1,"method":"x"}', 1],
    ['neither method nor result', '{"jsonrpc":"2.0","id":1}', 1],
    ['result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', 1],
    ['method and result', '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}', 1],
    ['method and error', '{"jsonrpc":"2.0","id":1,"method":"x","error":null}', 1],
    ['params as an array', '{"jsonrpc":"2.0","id":1,"method":"x","params":["a"]}', 1],
    ['params as null', '{"jsonrpc":"2.0","id":1,"method":"x","params":null}', 1],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', 1],
    ['a method that is null', '{"jsonrpc":"2.0","id":1,"method":null}', 1],
    ['an empty method', '{"jsonrpc":"2.0","id":1,"method":""}', 1],
    ['a method that starts with a digit', '{"jsonrpc":"2.0","id":1,"method":"1x"}', 1],
    ['a method that starts with a space', '{"jsonrpc":"2.0","id":1,"method":" tools/call"}', 1],
    ['a reserved method', '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}', 1],
    ['a result without an id', '{"jsonrpc":"2.0","result":{}}', null],
    ['a result for no id', '{"jsonrpc":"2.0","id":null,"result":{}}', null],
    ['id null', '{"jsonrpc":"2.0","id":null,"method":"x"}', null],
    ['id true', '{"jsonrpc":"2.0","id":true,"method":"x"}', null],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"x"}', null],
    ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"x"}', null],
    ['an id that would lose digits', '{"jsonrpc":"2.0","id":9007199254740993,"method":"x"}', null],
    ['an id past all numbers', '{"jsonrpc":"2.0","id":1e999,"method":"x"}', null],
  ])('refuses %s', (_what, text, id) => {
    expect(read(text)).toMatchObject({ ok: false, error: 'invalid_request', id });
  });

  it('refuses a number that no double holds, wherever it stands', () => {
    for (const params of ['{"a":1e400}', '{"a":[{"b":-1e999}]}']) {
      expect(read(`{"jsonrpc":"2.0","id":5,"method":"x","params":${params}}`)).toMatchObject({
        ok: false,
        error: 'invalid_request',
        id: 5,
      });
    }
    expect(only('{"jsonrpc":"2.0","id":5,"method":"x","params":{"a":1e308,"b":1e-400}}').kind).toBe(
      'request',
    );
  });

  it('refuses an id of more than 1,024 characters', () => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(1025), method: 'x' });
    expect(read(text)).toMatchObject({ ok: false, error: 'invalid_request', id: null });
  });

  it('takes a method of 256 characters, and refuses one more', () => {
    expect(only(`{"jsonrpc":"2.0","id":1,"method":"${'m'.repeat(256)}"}`).kind).toBe('request');
    expect(read(`{"jsonrpc":"2.0","id":1,"method":"${'m'.repeat(257)}"}`)).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('takes what merely begins like a reserved method', () => {
    expect(only('{"jsonrpc":"2.0","id":1,"method":"rpcx"}').kind).toBe('request');
  });
});

describe('the length of a batch', () => {
  const batch = (length: number) => `[${Array(length).fill('{"jsonrpc":"2.0","method":"ping"}').join()}]`;

  it('is 100 messages at most', () => {
    expect(read(batch(100))).toMatchObject({ ok: true });
    expect(read(batch(101))).toMatchObject({
      ok: false,
      error: 'invalid_request',
      message: expect.stringContaining('100') as string,
    });
  });
});

describe('numbers', () => {
  it.each(['1e400', '-1e400', '[[{"deep":1e999}]]'])('refuses %s, which no double can hold', (json) => {
    expect(read(call(`{"name":"x","arguments":{"a":${json}}}`))).toMatchObject({
      ok: false,
      error: 'invalid_request',
      message: expect.stringContaining('too large') as string,
    });
  });

  it('takes large ones that a double can hold', () => {
    expect(only(call('{"name":"x","arguments":{"a":[1e308,12345678901234567890]}}')).kind).toBe('request');
  });
});

describe('depth', () => {
  const nested = (levels: number, open: string, close: string): string =>
    call(`{"name":"x","arguments":{"a":${open.repeat(levels)}1${close.repeat(levels)}}}`);
  // The message, its params, and the arguments are three levels themselves.
  const levelsAbove = 3;

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('takes %s up to 256 levels below the message, and refuses one more', (_what, open, close) => {
    expect(only(nested(256 - levelsAbove + 1, open, close)).kind).toBe('request');
    expect(read(nested(256 - levelsAbove + 2, open, close))).toMatchObject({
      ok: false,
      error: 'invalid_request',
      message: expect.stringContaining('nested') as string,
    });
  });

  it.each([10_000, 1_000_000])('refuses %i levels without running out of stack', (levels) => {
    expect(read(nested(levels, '[', ']')).ok).toBe(false);
    expect(read(nested(levels, '{"a":', '}')).ok).toBe(false);
    expect(read('['.repeat(levels)).ok).toBe(false);
  });
});

describe('batches', () => {
  it('reads every element, with its own bytes', () => {
    const elements = [
      '{"jsonrpc":"2.0","id":1,"method":"a","params":{"s":"],[\\",","n":1.0}}',
      '{ "jsonrpc":"2.0", "method":"b" }',
      '{"jsonrpc":"2.0","id":"\\u007d","result":[{"x":"}"}]}',
    ];
    const body = read(` [\n${elements.join(' ,\t')}\r\n] `);
    if (!body.ok) throw new Error('refused');
    expect(body.value.batch).toBe(true);
    expect(body.value.messages.map(({ bytes }) => bytes.toString())).toEqual(elements);
    expect(body.value.messages.map(({ kind }) => kind)).toEqual(['request', 'notification', 'response']);
  });

  it('is a batch also with one element', () => {
    expect(read('[{"jsonrpc":"2.0","method":"a"}]')).toMatchObject({ ok: true, value: { batch: true } });
  });

  it.each([
    ['the empty batch', '[]'],
    ['a batch in a batch', '[[{"jsonrpc":"2.0","method":"a"}]]'],
    ['a batch with one bad element', '[{"jsonrpc":"2.0","method":"a"},{"method":"b"}]'],
    ['a batch with a case variant', '[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","Method":"b"}]'],
    ['a batch of null', '[null]'],
  ])('refuses %s', (_what, text) => {
    expect(read(text)).toMatchObject({ ok: false, error: 'invalid_request' });
  });
});

describe('what a server may send', () => {
  const fromServer = (text: string) => readServerMessage(Buffer.from(text));

  it('is read leniently: unknown members, repeated keys, odd case are not ours to judge', () => {
    const text = '{"jsonrpc":"2.0","id":1,"Result":0,"result":{"a":1,"a":2}}';
    const read = fromServer(`${text}\n`);
    expect(read).toMatchObject({ ok: true, value: [{ kind: 'response', id: 1 }] });
    expect(read.ok && read.value[0]?.bytes.toString()).toBe(text);
  });

  it('is a list of messages where it is a batch', () => {
    const read = fromServer('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"n"}]');
    expect(read).toMatchObject({ ok: true, value: [{ kind: 'response' }, { kind: 'notification' }] });
  });

  it('is read with whatever stands in an error', () => {
    const read = fromServer('{"jsonrpc":"2.0","id":1,"error":"odd"}');
    expect(read).toMatchObject({ ok: true, value: [{ error: { code: 0, message: '' } }] });
  });

  it.each([
    ['no JSON', 'Server started on port 3000', 'parse_error'],
    ['no object', '42', 'invalid_request'],
    ['no JSON-RPC', '{"hello":"world"}', 'invalid_request'],
    ['a batch with something else in it', '[{"jsonrpc":"2.0","method":"n"},1]', 'invalid_request'],
  ])('is refused as %s', (_what, text, error) => {
    expect(fromServer(text)).toMatchObject({ ok: false, error });
  });

  it('does not run out of stack on deep nesting', () => {
    const deep = `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(fromServer(deep)).toMatchObject({ ok: true });
  });
});

describe('a large result of a server', () => {
  const text = JSON.stringify('x}],"id":2{['.repeat(30_000));
  const large = (head: string, tail = '}') => Buffer.from(`${head}${text}${tail}`);

  it('is read as any other one, its result when it is asked for', () => {
    const bytes = large('{"result" : {"text":', '}, "jsonrpc":"2.0", "unknown":[1,{}], "id":"7"}');
    const read = readServerMessage(Buffer.concat([Buffer.from(' \n'), bytes, Buffer.from('\r\n')]));
    expect(read).toMatchObject({ ok: true, value: [{ kind: 'response', id: '7', error: null }] });
    const [message] = read.ok ? read.value : [];
    expect(message?.bytes.equals(bytes)).toBe(true);
    expect(message).toHaveProperty('result', JSON.parse(`{"text":${text}}`));
  });

  it.each([
    ['an error', '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no","data":', '}}'],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":', '}}'],
    ['a request', '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"x":', '}}'],
    ['a result with a name twice', '{"jsonrpc":"2.0","id":2,"id":1,"result":', '}'],
    ['a result with a name in escapes', '{"jsonrpc":"2.0","\\u0069d":1,"result":', '}'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"result":', '}]'],
  ])('is not taken for one: %s', (_name, head, tail) => {
    const bytes = large(head, tail);
    const [whole] = [JSON.parse(bytes.toString()) as Record<string, unknown>].flat();
    const read = readServerMessage(bytes);
    const [message] = read.ok ? read.value : [];
    if (message?.kind === 'notification') expect(message.params).toEqual(whole?.params);
    else expect(message).toMatchObject({ id: 1 });
    if (message?.kind === 'response')
      expect(message.error !== null).toBe(whole !== undefined && 'error' in whole);
  });

  it.each([
    ['cut off', '{"jsonrpc":"2.0","id":1,"result":', ''],
    ['with more behind it', '{"jsonrpc":"2.0","id":1,"result":', '}{}'],
    ['with something in it that is no JSON', '{"jsonrpc":"2.0","id":1,"result":[nul,', ']}'],
    ['without a value', '{"jsonrpc":"2.0","x":', ',"id":1,"result":}'],
    ['with a method, too', '{"jsonrpc":"2.0","id":1,"method":"x","result":', '}'],
    ['with an id that is none', '{"jsonrpc":"2.0","id":{},"result":', '}'],
    ['of another JSON-RPC', '{"jsonrpc":"1.0","id":1,"result":', '}'],
  ])('is refused %s', (_name, head, tail) => {
    expect(readServerMessage(large(head, tail)).ok).toBe(false);
  });
});
