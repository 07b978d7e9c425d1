// What is not a proper message is answered with the Go server's codes, goes no further, and stands in the audit log.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, startProxy } from './harness.ts';
import { type RawSession, openRawSession } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';

/** Allows only what it knows. */
const policy = `package mcp.policy

default allow = false

allow { input.method == "tools/call" }
`;

let upstream: RawUpstream;
let proxy: RunningProxy;
let session: RawSession;

beforeAll(async () => {
  upstream = await startRawUpstream('stdio');
  proxy = await startProxy({ config: { upstream: upstream.section }, policies: { 'tools.rego': policy } });
  session = await openRawSession('streamable-http', proxy.url);
  // After an answer nothing older is still on its way to the server, so that its messages can be counted.
  await session.ask('{"jsonrpc":"2.0","id":0,"method":"ping"}');
});
afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const tool = (given: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":${given}}}`;

const malformed: [name: string, body: string | Buffer, code: number][] = [
  ['an empty body', '', -32700],
  ['text', 'hello', -32700],
  ['half a message', '{"jsonrpc":"2.0","id":1,', -32700],
  ['two messages without an array', '{"jsonrpc":"2.0","id":1,"method":"ping"}{}', -32700],
  ['invalid UTF-8', Buffer.from('7b226a736f6e727063223a22ff22', 'hex'), -32700],
  ['a number', '7', -32600],
  ['null', 'null', -32600],
  ['no jsonrpc', '{"id":1,"method":"ping"}', -32600],
  ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
  ['no method, no result', '{"jsonrpc":"2.0","id":1}', -32600],
  ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
  ['an empty method', '{"jsonrpc":"2.0","id":1,"method":""}', -32600],
  ['a method that starts with a digit', '{"jsonrpc":"2.0","id":1,"method":"1x"}', -32600],
  ['a method of 257 characters', `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(257)}"}`, -32600],
  ['a reserved method', '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}', -32600],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
  ['an id with a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600],
  ['params that are an array', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600],
  ['the same key twice at the top', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32600],
  [
    'the same key twice in params',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","name":"x"}}',
    -32600,
  ],
  ['the same key twice in arguments', tool('{"path":"/tmp/x","path":"/etc/x"}'), -32600],
  ['the same key in two spellings', tool(String.raw`{"path":"/tmp/x","p\u0061th":"/etc/x"}`), -32600],
  ['the same key twice in an array in arguments', tool('{"a":[{"b":1,"b":2}]}'), -32600],
  [
    'a method in capitals beside the true one',
    '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}',
    -32600,
  ],
  ['a thousand levels', tool(`{"a":${deep(1000)}}`), -32600],
  ['an empty batch', '[]', -32600],
];

describe('a malformed message', () => {
  it.each(malformed)('%s', async (_name, body, code) => {
    const before = upstream.received().length;
    const response = await session.post(body);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ jsonrpc: '2.0', error: { code } });
    expect(upstream.received()).toHaveLength(before);
    expect(readAuditLog(proxy.userData).at(-1)).toMatchObject({
      decision: 'deny',
      reason: 'malformed',
      status: 'refused',
      error_code: code,
    });
  });

  it('carries its id back where one could be read', async () => {
    const { body } = await session.post('{"jsonrpc":"2.0","id":"abc","method":"rpc.x"}');
    expect(JSON.parse(body)).toMatchObject({ id: 'abc', error: { code: -32600 } });
  });

  it('does not end the session', async () => {
    await session.post('{');
    expect(await session.ask(tool('{}'))).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}']);
  });

  it('is refused on HTTP+SSE likewise', async () => {
    const sse = await openRawSession('sse', proxy.url);
    await sse.ask('{"jsonrpc":"2.0","id":0,"method":"ping"}');
    const response = await sse.post('{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}');
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32600 } });
    await sse.close();
  });
});

describe('a method that nobody knows', () => {
  it.each(['vendor/secret', 'Tools/Call', 'tools/call ', 'tools/call\\u0000', 'resources/read'])(
    '%s is for the policy to decide, which denies it here',
    async (method) => {
      const before = upstream.received().length;
      const [answer] = await session.ask(
        `{"jsonrpc":"2.0","id":2,"method":"${method}","params":{"uri":"x:y","name":"x"}}`,
      );
      expect(JSON.parse(answer ?? '')).toMatchObject({ id: 2, error: { code: -32001 } });
      expect(upstream.received()).toHaveLength(before);
    },
  );

  it('is denied inside a batch, and what stands beside it is not', async () => {
    const before = upstream.received().length;
    const secret = '{"jsonrpc":"2.0","id":2,"method":"vendor/secret"}';
    const answers = (await session.ask(`[${tool('{}')},${secret}]`)).flatMap(
      (text) => JSON.parse(text) as { id: number; error?: { code: number } }[],
    );
    expect(Object.fromEntries(answers.map(({ id, error }) => [id, error?.code ?? 'allowed']))).toEqual({
      1: 'allowed',
      2: -32001,
    });
    expect(upstream.received().slice(before).map(String)).toEqual([tool('{}')]);
  });

  it('is denied as a notification too', async () => {
    const before = upstream.received().length;
    await session.post('{"jsonrpc":"2.0","method":"vendor/secret"}');
    await session.ask(tool('{}'));
    expect(upstream.received()).toHaveLength(before + 1);
  });
});

describe('what leads to resources and results by another way than a call', () => {
  const uri = 'file:///etc/passwd';
  it.each<[string, object]>([
    ['resources/read', { uri }],
    ['resources/subscribe', { uri }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: [uri] } }],
    ['completion/complete', { ref: { type: 'ref/resource', uri }, argument: { name: 'path', value: '/' } }],
    ['prompts/get', { name: 'x' }],
    ['tasks/get', { taskId: 't' }],
    ['tasks/result', { taskId: 't' }],
    ['tasks/list', {}],
    ['tasks/update', { taskId: 't' }],
    ['tasks/cancel', { taskId: 't' }],
  ])('%s is for the policy to decide, which denies it here', async (method, params) => {
    const before = upstream.received().length;
    const [answer] = await session.ask(JSON.stringify({ jsonrpc: '2.0', id: 3, method, params }));
    expect(JSON.parse(answer ?? '')).toMatchObject({ id: 3, error: { code: -32001 } });
    expect(upstream.received()).toHaveLength(before);
  });
});

describe('a known method with the wrong params', () => {
  it.each([
    '{}',
    '{"name":7}',
    '{"name":["x"]}',
    '{"name":"x","arguments":[]}',
    '{"name":"x","arguments":"y"}',
  ])('tools/call with %s is refused, for the policy could not see what is called', async (params) => {
    const before = upstream.received().length;
    const [answer] = await session.ask(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":${params}}`);
    expect(JSON.parse(answer ?? '')).toMatchObject({ id: 3, error: { code: -32602 } });
    expect(upstream.received()).toHaveLength(before);
  });
});
