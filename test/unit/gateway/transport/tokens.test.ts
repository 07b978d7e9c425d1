// Tokens over real HTTP: who comes in, whose a session is, and that a token is told to nobody.
import { describe, expect, it } from 'vitest';
import { agent, clientsBy } from '../fakes.ts';
import { eventually, type Exchange, startProxy } from './proxy.ts';

const clients = clientsBy({ mcpp_alice: 'alice', mcpp_bob: 'bob' });
const bearer = (name: string) => ({ authorization: `Bearer mcpp_${name}` });
const initialize = { id: 'init', method: 'initialize', params: { protocolVersion: '2025-11-25' } };
const ping = { id: 1, method: 'ping' };
const stream = { accept: 'text/event-stream' };

const endpoints: readonly Exchange[] = [
  ...['/', '/sse', '/mcp', '/servers/files/sse', '/servers/files/mcp', '/all/mcp', '/all/sse'].map(
    (path) => ({
      path,
      headers: stream,
    }),
  ),
  ...[
    '/mcp',
    '/message',
    '/servers/files/mcp',
    '/servers/files/message',
    '/servers/nope/mcp',
    '/all/mcp',
  ].map((path) => ({ method: 'POST', path, body: initialize })),
  { method: 'DELETE', path: '/mcp' },
  { method: 'OPTIONS', path: '/mcp' },
  { method: 'PUT', path: '/mcp' },
];

describe('where a token is required', () => {
  it.each(endpoints)(
    '$method $path is closed without one, before anything else is said',
    async (exchange) => {
      const { send, log, upstream } = await startProxy({ clients, auth: 'required' });
      const reply = await send(exchange);
      expect(reply.status).toBe(401);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
      expect(reply.json()).toMatchObject({
        error: { code: -32002, message: expect.stringMatching(/^A token is needed/) as string },
      });
      expect(log.refusals).toMatchObject([{ reason: 'token', errorCode: -32002, sourceIp: '127.0.0.1' }]);
      expect(upstream.connections).toEqual([]);
    },
  );

  it('the right one opens', async () => {
    const { send, post, upstream } = await startProxy({ clients, auth: 'required' });
    expect((await send(post(initialize, bearer('alice')))).status).toBe(200);
    expect((await send({ ...post(initialize), path: '/c/mcpp_bob/mcp' })).status).toBe(200);
    expect((await send({ ...post(initialize), path: '/c/mcpp_bob/servers/files/mcp' })).status).toBe(200);
    expect(upstream.connections).toHaveLength(3);
  });

  it('what is not served is not there, whoever asks', async () => {
    const { send } = await startProxy({ clients, auth: 'required' });
    for (const path of [
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-authorization-server/mcp',
      '/.well-known/openid-configuration',
      '/register',
      '/c/mcpp_alice',
      '/c/mcpp_alice/.well-known/oauth-protected-resource/mcp',
    ]) {
      const reply = await send({ path });
      expect([reply.status, reply.headers['www-authenticate']], path).toEqual([404, undefined]);
    }
  });

  it('Host and Origin come first', async () => {
    const { send, post } = await startProxy({ clients, auth: 'required' });
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
      expect((await send(post(initialize, { ...bearer('alice'), ...headers }))).status).toBe(403);
    }
  });
});

describe.each(['optional', 'required'] as const)('where a token is %s', (auth) => {
  it.each([
    ['in the header', '/mcp', bearer('eve')],
    ['in the path', '/c/mcpp_eve/mcp', {}],
    ['in the header, beside a right one', '/c/mcpp_alice/mcp', bearer('eve')],
    ['of another scheme', '/mcp', { authorization: 'Basic bWNwcF9hbGljZQ==' }],
  ])('a wrong one %s is nobody', async (_where, path, headers) => {
    const { send, post, log, upstream, logger } = await startProxy({ clients, auth });
    const reply = await send({ ...post(initialize, headers), path });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(log.refusals).toMatchObject([{ reason: 'token' }]);
    expect(upstream.connections).toEqual([]);
    expect(reply.text + JSON.stringify([log.refusals, logger.lines])).not.toMatch(/eve|alice/);
  });

  it('one in the query is refused in words, and stands nowhere', async () => {
    const { send, post, log, logger } = await startProxy({ clients, auth });
    for (const path of ['/mcp?token=mcpp_alice', '/mcp?access_token=mcpp_alice', '/sse?x=mcpp_alice']) {
      const reply = await send({ ...post(initialize, bearer('alice')), path });
      expect(reply.status).toBe(401);
      expect(reply.text).toContain('not accepted in the query');
      expect(reply.text).not.toContain('mcpp_');
    }
    expect(log.refusals.map(({ method }) => method)).toEqual(['POST /mcp', 'POST /mcp', 'POST /sse']);
    expect(JSON.stringify(logger.lines)).not.toContain('mcpp_');
  });

  it('it is never sent on, logged or recorded', async () => {
    const { send, post, stream: open, log, logger, connection } = await startProxy({ clients, auth });
    const path = '/c/mcpp_alice/mcp';
    const opened = await send({ ...post(initialize), path });
    const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    await send({ ...post({ method: 'notifications/initialized' }, headers), path });
    await send(post({ method: 'notifications/x' }, { ...headers, ...bearer('alice') }));
    await send({ ...post('{', headers), path });
    const events = await open({ path: '/c/mcpp_alice/sse', headers: stream });
    events.leave();
    const everything = [connection().sent, log.calls, log.refusals, logger.lines];
    const text = JSON.stringify(everything, (_key, value: unknown) =>
      Buffer.isBuffer(value) ? value.toString() : value,
    );
    expect(text).toContain('/c/…/mcp');
    expect(text).not.toContain('mcpp_');
  });
});

describe('the calls of a client', () => {
  it('are those of its agent', async () => {
    const { send, post, log, sessions } = await startProxy({ clients });
    await send(post(initialize, bearer('alice')));
    await send(post(initialize));
    expect(log.calls.map(({ call }) => [call.agent.id, call.clientId])).toEqual([
      ['alice', 'alice'],
      [agent.id, null],
    ]);
    expect(sessions.list().map(({ agentId, clientId }) => [agentId, clientId])).toEqual([
      ['alice', 'alice'],
      [agent.id, null],
    ]);
  });

  it('are not those of whoever it says that it is', async () => {
    const { send, post, log, sessions } = await startProxy({ clients });
    const claims = { name: 'alice', clientInfo: { name: 'alice', version: '1' }, _meta: { agent: 'alice' } };
    const params = { ...initialize.params, ...claims };
    await send(post({ ...initialize, params }, { 'x-agent-id': 'alice', 'user-agent': 'alice' }));
    expect(log.calls.map(({ call }) => [call.agent.id, call.clientId])).toEqual([[agent.id, null]]);
    expect(sessions.list()).toMatchObject([{ client: 'alice', agentId: agent.id, clientId: null }]);
  });
});

describe('a session', () => {
  const others: readonly [string, Record<string, string>][] = [
    ['with the token of another', bearer('bob')],
    ['without a token', {}],
  ];

  it.each(others)('of Streamable HTTP is unknown %s', async (_who, headers) => {
    const { send, post, connection, log } = await startProxy({ clients });
    const opened = await send(post(initialize, bearer('alice')));
    const id = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    const unknown = await send(post(ping, { 'mcp-session-id': 'sess_0' }));
    for (const stolen of [
      post(ping, { ...id, ...headers }),
      { path: '/mcp', headers: { ...id, ...headers, ...stream } },
      { path: '/mcp', headers: { ...id, ...headers, ...stream, 'last-event-id': 'x-1' } },
      { method: 'DELETE', path: '/mcp', headers: { ...id, ...headers } },
    ]) {
      expect((await send(stolen)).status).toBe(404);
    }
    const stolen = await send(post(ping, { ...id, ...headers }));
    expect(stolen.text).toBe(unknown.text);
    expect(log.refusals.at(-1)).toMatchObject({ reason: 'session' });
    expect(connection().methods).toEqual(['initialize']);
    expect((await send(post({ method: 'notifications/x' }, { ...id, ...bearer('alice') }))).status).toBe(202);
  });

  it('without a token is unknown with one', async () => {
    const { send, post } = await startProxy({ clients });
    const opened = await send(post(initialize));
    const id = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    expect((await send(post(ping, { ...id, ...bearer('alice') }))).status).toBe(404);
  });

  it.each(others)('of HTTP+SSE is unknown %s', async (_who, headers) => {
    const { send, post, openSse, connection } = await startProxy({ clients });
    const { path } = await openSse('/c/mcpp_alice/sse');
    expect(path).toMatch(/^\/c\/mcpp_alice\/message\?sessionId=sess_/);
    const bare = path.replace('/c/mcpp_alice', '');
    expect((await send({ ...post(ping, headers), path: bare })).status).toBe(404);
    expect(connection().sent).toEqual([]);
    expect((await send({ ...post({ method: 'notifications/x' }), path })).status).toBe(202);
    expect((await send({ ...post({ method: 'notifications/x' }, bearer('alice')), path: bare })).status).toBe(
      202,
    );
  });

  it('has the id that it is given: one that a client or somebody else has chosen is none', async () => {
    const { send, post, openSse, sessions } = await startProxy({ clients });
    const chosen = `sess_${'0'.repeat(32)}`;
    const fixed = await send(post(initialize, { ...bearer('alice'), 'mcp-session-id': chosen }));
    expect(fixed.status).toBe(404);
    expect(fixed.headers['mcp-session-id']).toBeUndefined();
    const { path } = await openSse(`/c/mcpp_alice/sse?sessionId=${chosen}`);
    expect(path).not.toContain(chosen);
    expect(
      (await send({ ...post(ping, bearer('alice')), path: `/message?sessionId=${chosen}` })).status,
    ).toBe(404);
    expect(sessions.list().map(({ id }) => id)).not.toContain(chosen);
  });

  it('ends when its client is removed, and no other one', async () => {
    const { send, post, openSse, sessions, connectionAt } = await startProxy({ clients });
    await send(post(initialize, bearer('alice')));
    await send(post(initialize, bearer('bob')));
    await send(post(initialize));
    const { events } = await openSse('/c/mcpp_alice/servers/files/sse');
    sessions.endOf('alice');
    await eventually(() => expect(events.ended()).toBe(true));
    expect([0, 1, 2, 3].map((index) => connectionAt(index).closed)).toEqual([true, false, false, true]);
    expect(sessions.list().map(({ clientId }) => clientId)).toEqual(['bob', null]);
  });
});
