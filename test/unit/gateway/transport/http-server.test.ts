// The HTTP server as a whole: the door before everything, the routes, bodies, and the port.
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventually, MAX_BODY_BYTES, startProxy } from './proxy.ts';
import { raw } from './raw.ts';

describe('the door', () => {
  const everywhere = [
    '/',
    '/sse',
    '/mcp',
    '/message?sessionId=x',
    '/servers/files/mcp',
    '/servers/nope/sse',
    '/all/mcp',
    '/all/message?sessionId=x',
    '/c/mcpp_token/mcp',
    '/api/status',
    '/api/pause',
    '/other',
  ];

  it.each(['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'HEAD', 'PATCH'])(
    'stands before %s on every path',
    async (method) => {
      const { send, log, upstream } = await startProxy();
      for (const path of everywhere) {
        const foreign = await send({ method, path, headers: { host: 'evil.example' } });
        expect(foreign.status, path).toBe(403);
        for (const origin of [
          'https://evil.example',
          'null',
          'http://localhost:1',
          'https://app.example.evil',
        ])
          expect((await send({ method, path, headers: { origin } })).status, `${origin} ${path}`).toBe(403);
        const framed = await send({ method, path, headers: { 'sec-fetch-site': 'cross-site' } });
        expect(framed.status, path).toBe(403);
        expect(framed.headers.connection).toBe('close');
        expect(framed.headers['access-control-allow-origin']).toBeUndefined();
      }
      expect(log.refusals).toHaveLength(6 * everywhere.length);
      expect(log.refusals[0]).toMatchObject({
        method: `${method} /`,
        reason: 'door',
        errorMessage: 'This Host is not served here',
        sourceIp: '127.0.0.1',
      });
      expect(upstream.connections).toEqual([]);
    },
  );

  it('lets in an origin that was allowed', async () => {
    const { send, post } = await startProxy();
    const initialize = { id: 1, method: 'initialize', params: {} };
    expect((await send(post(initialize, { origin: 'https://app.example' }))).status).toBe(200);
  });

  it('never lets a query into the log', async () => {
    const { send, log } = await startProxy();
    await send({ path: '/sse?token=secret', headers: { host: 'evil.example' } });
    expect(JSON.stringify(log.refusals)).not.toContain('secret');
  });

  it.each([
    ['no Host', 'GET /sse HTTP/1.0\r\n\r\n'],
    ['another Host in the request line', 'GET http://evil.example/sse HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['two Hosts, the wrong one first', 'GET /sse HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n'],
    ['two Hosts, the right one first', 'GET /sse HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    [
      'two tokens',
      'GET /sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mcpp_a\r\nAuthorization: Bearer mcpp_b\r\n\r\n',
    ],
    [
      'two Origins',
      'GET /sse HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://e.x\r\n\r\n',
    ],
    [
      'a length and chunks',
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('does not let %s in', async (_what, text) => {
    const { port, upstream } = await startProxy();
    expect(await raw(port, text)).toMatch(/^HTTP\/1\.1 4\d\d /u);
    expect(upstream.connections).toEqual([]);
  });
});

describe('the routes', () => {
  it.each([
    '/.well-known/oauth-protected-resource',
    '/.well-known/openid-configuration',
    '/register',
    '/mcp/',
    '/MCP',
    '//',
  ])('answer 404 on %s', async (path) => {
    const { send } = await startProxy();
    const reply = await send({ path });
    expect(reply.status).toBe(404);
    expect(reply.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['POST', '/', 'GET'],
    ['POST', '/sse', 'GET'],
    ['HEAD', '/sse', 'GET'],
    ['GET', '/message?sessionId=x', 'POST'],
    ['PUT', '/mcp', 'GET, POST, DELETE'],
    ['OPTIONS', '/mcp', 'GET, POST, DELETE'],
  ])('answer 405 to %s %s and say what they allow', async (method, path, allow) => {
    const { send } = await startProxy();
    const reply = await send({ method, path });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe(allow);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('give back nothing of a request but as JSON that browsers take for nothing else', async () => {
    const { send, post } = await startProxy();
    const markup = '<script>alert(1)</script>';
    for (const exchange of [
      { path: `/${encodeURI(markup)}` },
      { path: `/servers/${markup.replace('/', '')}/mcp` },
      { path: '/mcp', headers: { accept: 'text/html' } },
      { ...post({ id: markup, method: `rpc.${markup}` }) },
      { ...post({ id: markup, method: 'ping' }, { 'mcp-session-id': markup }) },
      { ...post({ id: 1, method: 'ping' }, { 'mcp-protocol-version': markup }) },
      { ...post(markup, { accept: 'text/html, */*' }) },
    ]) {
      const { status, headers } = await send(exchange);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers['content-type']).toBe('application/json');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('carry headers that keep browsers from making something of a reply', async () => {
    const { send } = await startProxy();
    expect((await send({ path: '/nothing' })).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
  });
});

describe('several servers', () => {
  const initialize = { id: 'init', method: 'initialize', params: { protocolVersion: '2025-11-25' } };

  it('are each served by their name, and the first one without a name, too', async () => {
    const { send, post, upstream, others } = await startProxy({ named: ['mail', 'x.y_z-1'] });
    for (const path of ['/mcp', '/servers/files/mcp', '/servers/mail/mcp', '/servers/x.y_z-1/mcp']) {
      expect((await send({ ...post(initialize), path })).status, path).toBe(200);
    }
    expect([upstream, ...others].map(({ connections }) => connections.length)).toEqual([2, 1, 1]);
  });

  it.each([
    ['/', '/message'],
    ['/sse', '/message'],
    ['/servers/files/sse', '/servers/files/message'],
    ['/servers/mail/sse', '/servers/mail/message'],
  ])('name the right place to post to on %s', async (path, message) => {
    const { send, post, openSse, upstream, others } = await startProxy({ named: ['mail'] });
    const opened = await openSse(path);
    expect(opened.path.split('?')[0]).toBe(message);
    const posted = await send({ ...post({ method: 'notifications/initialized' }), path: opened.path });
    expect(posted.status).toBe(202);
    const [server] = path.includes('mail') ? others : [upstream];
    await eventually(() => expect(server?.connections[0]?.methods).toEqual(['notifications/initialized']));
  });

  it('keep their sessions: under the path of another one an id is unknown', async () => {
    const { send, post, initialize: open, openSse, others, log } = await startProxy({ named: ['mail'] });
    const headers = { 'mcp-session-id': await open() };
    const path = '/servers/mail/mcp';
    for (const method of ['GET', 'DELETE']) {
      const accept = 'text/event-stream';
      expect((await send({ method, path, headers: { ...headers, accept } })).status, method).toBe(404);
    }
    const posted = await send({ ...post({ id: 1, method: 'ping' }, headers), path });
    expect(posted).toMatchObject({ status: 404 });
    expect(posted.text).toContain('Session not found');
    expect(log.refusals.at(-1)).toMatchObject({ server: 'mail', reason: 'session' });

    const stream = await openSse('/sse');
    const elsewhere = stream.path.replace('/message', '/servers/mail/message');
    expect((await send({ ...post({ id: 1, method: 'ping' }), path: elsewhere })).status).toBe(404);
    expect(others[0]?.connections).toEqual([]);
    const sameServer = { ...post({ method: 'notifications/x' }, headers), path: '/servers/files/mcp' };
    expect((await send(sameServer)).status).toBe(202);
  });

  it.each([
    '/servers/nope/mcp',
    '/servers/nope/sse',
    '/servers/nope/message?sessionId=x',
    '/servers/Mail/mcp',
  ])('are named where %s names none of them, and that is recorded', async (path) => {
    const { send, log } = await startProxy({ named: ['mail'] });
    const reply = await send({ path });
    expect(reply.status).toBe(404);
    const message = 'No server of this name is served here; there are: files, mail';
    expect(reply.json()).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32600, message } });
    const method = `GET ${path.split('?')[0] ?? ''}`;
    expect(log.refusals).toMatchObject([{ method, server: '', reason: 'door', errorCode: -32600 }]);
  });

  it.each(['/servers/mail', '/servers/mail/', '/servers/mail/mcp/', '/servers//mcp', '/servers/mail%2fmcp'])(
    'are not at %s',
    async (path) => {
      const { send, upstream } = await startProxy({ named: ['mail'] });
      expect((await send({ path })).json()).toMatchObject({ error: { message: 'Not found' } });
      expect(upstream.connections).toEqual([]);
    },
  );

  it('stand behind the same door, which names them in the record', async () => {
    const { send, log } = await startProxy({ named: ['mail'] });
    for (const path of ['/servers/mail/mcp', '/servers/nope/mcp', '/other', '/mcp']) {
      expect((await send({ path, headers: { host: 'evil.example' } })).status).toBe(403);
    }
    expect(log.refusals.map(({ server }) => server)).toEqual(['mail', '', '', 'files']);
  });

  it('do not share their troubles', async () => {
    const { send, post, initialize: open, others, connection } = await startProxy({ named: ['mail'] });
    const headers = { 'mcp-session-id': await open() };
    for (const other of others) {
      other.onConnect = () => {
        throw new Error('cannot be started');
      };
    }
    expect((await send({ ...post(initialize), path: '/servers/mail/mcp' })).status).toBe(500);
    connection().onSend = (message) => {
      if (message.kind === 'request') connection().says({ id: message.id, result: {} });
    };
    expect((await send(post({ id: 1, method: 'ping' }, headers))).json()).toMatchObject({
      id: 1,
      result: {},
    });
  });
});

describe('a body', () => {
  it.each([
    '',
    'text/plain',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])('of type "%s" is refused, as forms of web pages would be', async (type) => {
    const { send, post, log } = await startProxy();
    const reply = await send(post({ id: 1, method: 'initialize' }, { 'content-type': type }));
    expect(reply.status).toBe(415);
    expect(log.refusals).toMatchObject([{ method: 'POST /mcp', reason: 'door' }]);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', ' application/json ;charset="utf-8"'])(
    'of type "%s" is read',
    async (type) => {
      const { send, post } = await startProxy();
      const reply = await send(post({ id: 1, method: 'initialize', params: {} }, { 'content-type': type }));
      expect(reply.status).toBe(200);
    },
  );

  it('is read in pieces, too', async () => {
    const { port } = await startProxy();
    const body = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
    const pieces = body
      .split('')
      .map((letter) => `1\r\n${letter}\r\n`)
      .join('');
    const head =
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const reply = await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${pieces}0\r\n\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 200 /u);
  });

  it('is refused where it is too long by its own word', async () => {
    const { port, log, upstream } = await startProxy();
    const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`;
    expect(await raw(port, head)).toMatch(/^HTTP\/1\.1 413 /u);
    expect(log.refusals).toMatchObject([{ reason: 'malformed', method: 'POST /mcp' }]);
    expect(upstream.connections).toEqual([]);
  });

  it('is refused where it turns out to be too long', async () => {
    const { port, upstream } = await startProxy();
    const head =
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `${(MAX_BODY_BYTES + 1).toString(16)}\r\n${' '.repeat(MAX_BODY_BYTES + 1)}\r\n`;
    expect(await raw(port, head + chunk)).toMatch(/^HTTP\/1\.1 413 /u);
    expect(upstream.connections).toEqual([]);
  });

  it('of exactly the longest length is read', async () => {
    const { send, post } = await startProxy();
    const message = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
    expect((await send(post(message.padEnd(MAX_BODY_BYTES)))).status).toBe(200);
  });

  it('that is never finished leaves nothing behind, and is no error of ours', async () => {
    const { port, send, post, upstream, logger } = await startProxy();
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
      );
      setTimeout(() => socket.destroy(), 20);
    });
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await send(post({ id: 1, method: 'initialize', params: {} }))).status).toBe(200);
    expect(upstream.connections).toHaveLength(1);
    expect(logger.events).toEqual(['client_left']);
  });

  it.each<[string, string | Buffer, number, unknown]>([
    ['no JSON', '{', -32700, null],
    ['no UTF-8', Buffer.from([0x7b, 0x80, 0x7d]), -32700, null],
    ['nothing', '', -32700, null],
    ['no message', '{"id":3}', -32600, 3],
    ['a key twice', '{"jsonrpc":"2.0","id":4,"method":"a","method":"b"}', -32600, 4],
    ['an empty batch', '[]', -32600, null],
  ])('with %s is answered 400, and recorded', async (_what, body, code, id) => {
    const { send, post, log, upstream } = await startProxy();
    const reply = await send(post(body));
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    expect(log.refusals).toMatchObject([{ reason: 'malformed', errorCode: code, sourceIp: '127.0.0.1' }]);
    expect(upstream.connections).toEqual([]);
  });
});

describe('the port', () => {
  it('that is taken is an error', async () => {
    const { port } = await startProxy();
    const { server } = await startProxy();
    await server.close();
    await expect(server.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('that was taken is no hindrance to try another', async () => {
    const { port } = await startProxy();
    const { server } = await startProxy();
    await server.close();
    await expect(server.listen(port, '127.0.0.1')).rejects.toThrow();
    await expect(server.listen(0, '127.0.0.1')).resolves.toMatchObject({ address: '127.0.0.1' });
  });

  it('lets what is being answered go out when it closes, and takes nothing new', async () => {
    const { server, send, post, initialize, connection, sessions } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const waiting = send(post({ id: 1, method: 'ping' }, headers));
    await eventually(() => expect(connection().sent).toHaveLength(1));
    const closed = server.close();
    await expect(send({ path: '/mcp' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await sessions.close();
    expect((await waiting).json()).toMatchObject({ id: 1, error: { code: -32004 } });
    await closed;
  });

  it('is free again after closing, streams or not', async () => {
    const { server, openSse, port, send } = await startProxy();
    const { events } = await openSse();
    await server.close();
    await eventually(() => expect(events.ended()).toBe(true));
    await expect(send({ path: '/mcp' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(server.listen(port, '127.0.0.1')).resolves.toMatchObject({ port });
  });
});

it('an error of our own is 500, logged, and tells nothing', async () => {
  const { send, post, upstream, logger } = await startProxy();
  upstream.onConnect = () => {
    throw new Error('secret detail');
  };
  const reply = await send(post({ id: 1, method: 'initialize' }));
  expect(reply.status).toBe(500);
  expect(reply.text).not.toContain('secret');
  expect(logger.events).toContain('request_failed');
});
