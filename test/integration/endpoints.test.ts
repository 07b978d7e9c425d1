// The HTTP surface: the endpoints of HTTP+SSE, as the Go server had them, and of Streamable HTTP; sessions, and who is let in at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, allowAll, startProxy } from './harness.ts';
import { messagesIn, openStream, send } from './raw-http.ts';
import { openRawSession, type RawSession, readEndpoint } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { connectSdkClient } from './sdk-client.ts';

let upstream: RawUpstream;
let proxy: RunningProxy;

beforeAll(async () => {
  upstream = await startRawUpstream('stdio');
  proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
});
afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const initialize = (version: string) =>
  `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"${version}","capabilities":{},` +
  '"clientInfo":{"name":"x","version":"1"}}}';

describe('HTTP+SSE', () => {
  it.each(['/', '/sse'])('GET %s opens the stream and names the endpoint first', async (path) => {
    const stream = await openStream(proxy.url + path);
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream');
    const first = await stream.next();
    expect(first.event).toBe('endpoint');
    expect(first.data).toMatch(/^\/message\?sessionId=[\w-]{20,}$/);
    stream.close();
  });

  it('answers a post with 202 and sends the reply as a message event', async () => {
    const stream = await openStream(`${proxy.url}/sse`);
    const endpoint = await readEndpoint(stream, proxy.url);
    expect(await send(endpoint, { body: ping })).toMatchObject({ status: 202 });
    expect(await stream.next()).toMatchObject({
      event: 'message',
      data: '{"jsonrpc":"2.0","id":1,"result":{}}',
    });
    stream.close();
  });

  it('serves an SDK client that was pointed at the root', async () => {
    const sdk = await connectSdkClient('sse', proxy.url, '/');
    expect(await sdk.client.ping()).toEqual({});
    await sdk.close();
  });

  it('gives each stream a session of its own', async () => {
    const [a, b] = await Promise.all([openStream(`${proxy.url}/`), openStream(`${proxy.url}/`)]);
    const endpoints = await Promise.all([readEndpoint(a, proxy.url), readEndpoint(b, proxy.url)]);
    expect(new Set(endpoints).size).toBe(2);
    await send(endpoints[1], { body: ping });
    expect((await b.next()).data).toContain('"result"');
    a.close();
    b.close();
  });

  it('ends the session with the stream', async () => {
    const stream = await openStream(`${proxy.url}/sse`);
    const endpoint = await readEndpoint(stream, proxy.url);
    stream.close();
    await expect.poll(async () => (await send(endpoint, { body: ping })).status).toBe(404);
  });

  it.each([
    ['no session', '/message', 400],
    ['an unknown session', '/message?sessionId=sess_0123456789abcdef0123456789abcdef', 404],
  ])('refuses a post with %s', async (_name, path, status) => {
    const response = await send(proxy.url + path, { body: ping });
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32600 } });
    expect(readAuditLog(proxy.userData).at(-1)).toMatchObject({ reason: 'session', status: 'refused' });
  });

  it('refuses a post whose session belongs to the other transport', async () => {
    const response = await send(`${proxy.url}/mcp`, { body: initialize('2025-06-18') });
    const id = String(response.headers['mcp-session-id']);
    expect(await send(`${proxy.url}/message?sessionId=${id}`, { body: ping })).toMatchObject({ status: 404 });
  });
});

describe('Streamable HTTP', () => {
  const open = async (version: string) => {
    const response = await send(`${proxy.url}/mcp`, { body: initialize(version) });
    return { 'mcp-session-id': String(response.headers['mcp-session-id']), 'mcp-protocol-version': version };
  };

  it('makes a session with a long random id at initialize', async () => {
    const ids = await Promise.all([open('2025-06-18'), open('2025-06-18')]);
    expect(ids[0]['mcp-session-id']).toMatch(/^[\x21-\x7e]{22,}$/);
    expect(ids[0]['mcp-session-id']).not.toBe(ids[1]['mcp-session-id']);
  });

  it('answers a request, a notification with 202 and no body', async () => {
    const headers = await open('2025-06-18');
    const notified = await send(`${proxy.url}/mcp`, {
      headers,
      body: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    });
    expect(notified).toMatchObject({ status: 202, body: '' });
    expect(messagesIn(await send(`${proxy.url}/mcp`, { headers, body: ping }))).toEqual([
      '{"jsonrpc":"2.0","id":1,"result":{}}',
    ]);
  });

  it('wants a session, and says when it is lost', async () => {
    expect(await send(`${proxy.url}/mcp`, { body: ping })).toMatchObject({ status: 400 });
    const headers = { 'mcp-session-id': 'sess_lost' };
    expect(await send(`${proxy.url}/mcp`, { headers, body: ping })).toMatchObject({ status: 404 });
    expect(await send(`${proxy.url}/mcp`, { headers, method: 'DELETE' })).toMatchObject({ status: 404 });
    const get = await send(`${proxy.url}/mcp`, { headers: { ...headers, accept: 'text/event-stream' } });
    expect(get.status).toBe(404);
  });

  it('ends the session at DELETE', async () => {
    const headers = await open('2025-06-18');
    const stream = await openStream(`${proxy.url}/mcp`, { headers });
    expect((await send(`${proxy.url}/mcp`, { headers, method: 'DELETE' })).status).toBe(200);
    await stream.ended();
    expect(await send(`${proxy.url}/mcp`, { headers, body: ping })).toMatchObject({ status: 404 });
  });

  it.each([
    ['a version that nobody knows', { 'mcp-protocol-version': '2031-01-01' }, 400],
    ['an Accept without event streams', { accept: 'application/json' }, 406],
    ['another content type', { 'content-type': 'text/plain' }, 415],
  ])('refuses %s', async (_name, header, status) => {
    const headers = { ...(await open('2025-06-18')), ...header };
    expect(await send(`${proxy.url}/mcp`, { headers, body: ping })).toMatchObject({ status });
  });

  it('takes a client that sends Accept: */* and no version', async () => {
    const { 'mcp-session-id': id } = await open('2025-06-18');
    const headers = { 'mcp-session-id': id, accept: '*/*' };
    expect(await send(`${proxy.url}/mcp`, { headers, body: ping })).toMatchObject({ status: 200 });
  });

  it.each(['PUT', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    expect(await send(`${proxy.url}/mcp`, { method })).toMatchObject({ status: 405 });
  });
});

describe('batches', () => {
  const batch = '[{"jsonrpc":"2.0","id":"a","method":"ping"} , {"jsonrpc":"2.0","id":"b","method":"ping"}]';
  const answers = ['{"jsonrpc":"2.0","id":"a","result":{}}', '{"jsonrpc":"2.0","id":"b","result":{}}'];

  it.each(['2024-11-05', '2025-03-26'])('are answered whole on HTTP+SSE at %s', async (version) => {
    const session = await openRawSession('sse', proxy.url, version);
    expect((await session.ask(batch, 2)).sort()).toEqual(answers);
    await session.close();
  });

  it('are answered whole on Streamable HTTP at 2025-03-26', async () => {
    const session = await openRawSession('streamable-http', proxy.url, '2025-03-26');
    const messages = (await session.ask(batch)).flatMap(
      (text) => JSON.parse(text) as { id: string }[] | { id: string },
    );
    expect(messages.map((message) => message.id).sort()).toEqual(['a', 'b']);
    await session.close();
  });

  /** What the server is sent comes in order: after an answer nothing older is still on its way to it. */
  const settled = async (session: RawSession) => {
    await session.ask(ping);
    return upstream.received().length;
  };

  describe.each(['2025-06-18', '2025-11-25'])('at %s', (version) => {
    it.each(['sse', 'streamable-http'] as const)('are refused on %s', async (inbound) => {
      const session = await openRawSession(inbound, proxy.url, version);
      const before = await settled(session);
      const response = await session.post(batch);
      expect(response.status).toBe(400);
      expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32600 } });
      expect(await settled(session)).toBe(before + 1);
      await session.close();
    });
  });

  it('have each element checked by itself', async () => {
    const session = await openRawSession('streamable-http', proxy.url, '2025-03-26');
    const before = await settled(session);
    const response = await session.post('[{"jsonrpc":"2.0","id":7,"method":"ping"},{"id":8}]');
    expect(response.status).toBe(400);
    expect(await settled(session)).toBe(before + 1);
    await session.close();
  });

  it('reach the server one by one, and stand one by one in the audit log', async () => {
    const session = await openRawSession('streamable-http', proxy.url, '2025-03-26');
    const element = (id: number) =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"batched","arguments":{"n":${id}}}}`;
    await session.ask(`[${element(1)},${element(2)}]`);
    expect(upstream.received().slice(-2).map(String)).toEqual([element(1), element(2)]);
    const rows = readAuditLog(proxy.userData).filter((row) => row.tool === 'batched');
    expect(rows.map((row) => row.arguments)).toEqual(['{"n":1}', '{"n":2}']);
    await session.close();
  });
});

describe('at the door', () => {
  const port = () => new URL(proxy.url).port;

  it.each([
    ['Host of another name', { host: 'evil.example' }],
    ['Host that only begins like ours', { host: 'localhost.evil.example' }],
    ['Host that only ends like ours', { host: 'evil-localhost' }],
    ['Host with a trailing dot', { host: 'localhost.' }],
    ['Host in another notation of the address', { host: '0x7f000001' }],
    ['Origin of a web page', { origin: 'https://evil.example' }],
    ['Origin that only begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['Origin null', { origin: 'null' }],
  ])('refuses a %s everywhere', async (_name, headers) => {
    const tries = [
      await send(`${proxy.url}/mcp`, { headers, body: initialize('2025-06-18') }),
      await send(`${proxy.url}/mcp`, { headers, method: 'DELETE' }),
      await send(`${proxy.url}/sse`, { headers: { ...headers, accept: 'text/event-stream' } }),
      await send(`${proxy.url}/message?sessionId=x`, { headers, body: ping }),
    ];
    expect(tries.map((response) => response.status)).toEqual([403, 403, 403, 403]);
    for (const response of tries) {
      expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32600 } });
      expect(response.headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(readAuditLog(proxy.userData).at(-1)).toMatchObject({
      reason: 'door',
      decision: 'deny',
      status: 'refused',
    });
  });

  it.each([
    ['no Origin', () => ({})],
    ['localhost', () => ({ host: `localhost:${port()}`, origin: `http://localhost:${port()}` })],
    ['the address', () => ({ host: `127.0.0.1:${port()}`, origin: `http://127.0.0.1:${port()}` })],
    ['IPv6', () => ({ host: `[::1]:${port()}` })],
    ['any case', () => ({ host: `LocalHost:${port()}` })],
  ])('lets %s in', async (_name, headers) => {
    const response = await send(`${proxy.url}/mcp`, { headers: headers(), body: initialize('2025-06-18') });
    expect(response.status).toBe(200);
  });

  it('answers what clients probe for with a clean 404', async () => {
    for (const path of [
      '/.well-known/oauth-protected-resource',
      '/.well-known/openid-configuration/mcp',
      '/register',
    ]) {
      expect(await send(proxy.url + path)).toMatchObject({ status: 404 });
    }
  });
});
