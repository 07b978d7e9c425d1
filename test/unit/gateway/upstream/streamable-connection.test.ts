// Streamable HTTP with real HTTP servers that behave and misbehave.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../../electron/gateway/errors.ts';
import type { UpstreamConnection } from '../../../../electron/gateway/ports.ts';
import type { ClosableUpstream } from '../../../../electron/gateway/upstream/connections.ts';
import {
  createHttpUpstream,
  type HttpUpstreamOptions,
} from '../../../../electron/gateway/upstream/http-upstream.ts';
import {
  json,
  resultFor,
  startPeer,
  stream,
  streamable,
  type Answering,
  type HttpPeer,
} from './http-peer.ts';
import {
  allowedBytes,
  notification,
  recordingLogger,
  recordingSession,
  request,
  type Session,
} from './peers.ts';

const upstreams: ClosableUpstream[] = [];
const peers: HttpPeer[] = [];

interface Opened {
  readonly peer: HttpPeer;
  readonly session: Session;
  readonly connection: UpstreamConnection;
  readonly logger: ReturnType<typeof recordingLogger>;
}

async function open(answering: Answering, options: Partial<HttpUpstreamOptions> = {}): Promise<Opened> {
  const peer = await startPeer(answering);
  peers.push(peer);
  const session = recordingSession();
  const logger = recordingLogger();
  const upstream = createHttpUpstream({
    name: 'peer',
    url: peer.url,
    transport: 'streamable-http',
    headers: {},
    timeoutMs: 1000,
    logger,
    ...options,
  });
  upstreams.push(upstream);
  return { peer, session, connection: upstream.connect(session, 'legacy'), logger };
}

/** Through `initialize` and `notifications/initialized`. */
async function openInitialized(...given: Parameters<typeof open>): Promise<Opened> {
  const opened = await open(...given);
  await opened.connection.send(request('init', 'initialize', { protocolVersion: '2025-11-25' }));
  await opened.session.answer('init');
  await opened.connection.send(notification('notifications/initialized'));
  return opened;
}

const echo: Answering = (asked, response) =>
  json(response, resultFor(asked.json?.id, { echoed: asked.json?.params }));

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map(async (upstream) => upstream.close()));
  await Promise.all(peers.splice(0).map(async (peer) => peer.close()));
});

describe('messages', () => {
  it('posts the bytes as they are and hands up the bytes of a JSON body', async () => {
    const said = '{ "jsonrpc" : "2.0", "id":1, "extra":12345678901234567890, "result":{"u":"\\u00e9é"} }';
    const { peer, connection, session } = await open((_asked, response) => json(response, `\n${said}\n`));
    const bytes = Buffer.from(
      '{"id":1, "jsonrpc":"2.0","method":"tools/call","params":{"n":1e400},\n"x":[98765432109876543210]}',
    );
    await connection.send(allowedBytes(bytes));
    expect((await session.answer(1)).bytes.toString()).toBe(said);
    expect(session.received[0]?.relatedTo).toBe(1);
    expect(peer.asked[0]?.body.equals(bytes)).toBe(true);
    expect(peer.asked[0]?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    });
  });

  it('hands up what comes on the stream of a request, related to it, byte for byte', async () => {
    const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"é":1.0}}';
    const { connection, session } = await openInitialized(
      streamable((asked, response) => {
        stream(response, ': hello', `event: message\r\ndata: ${progress}\r\n`);
        response.write(
          'id: 1\ndata: {"jsonrpc":"2.0",\ndata:  "id":7,"result":{"big":12345678901234567890}}\n\n',
        );
        response.end();
        expect(asked.json?.id).toBe(7);
      }),
    );
    await connection.send(request(7, 'tools/call'));
    expect((await session.answer(7)).bytes.toString()).toBe(
      '{"jsonrpc":"2.0",\n "id":7,"result":{"big":12345678901234567890}}',
    );
    expect(session.received.slice(1).map(({ message, relatedTo }) => [message.kind, relatedTo])).toEqual([
      ['notification', 7],
      ['response', 7],
    ]);
    expect((await session.heard('notifications/progress')).bytes.toString()).toBe(progress);
  });

  it('keeps even bytes that are no UTF-8, wherever the chunks are cut', async () => {
    const odd = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"result":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('ü"}'),
    ]);
    const { connection, session } = await open((_asked, response) => {
      stream(response);
      void (async () => {
        for (const byte of Buffer.concat([Buffer.from('data:'), odd, Buffer.from('\n\n')])) {
          response.write(Buffer.from([byte]));
          await sleep(0);
        }
        response.end();
      })();
    });
    await connection.send(request(1, 'x'));
    expect((await session.answer(1)).bytes.equals(odd)).toBe(true);
  });

  it('skips events that are no message', async () => {
    const { connection, session, logger } = await open((asked, response) => {
      const answer = `data: ${resultFor(asked.json?.id)}`;
      stream(response, 'data: hello', 'event: ping\ndata: {"jsonrpc":"2.0","method":"x"}', answer).end();
    });
    await connection.send(request(1, 'x'));
    await session.answer(1);
    expect(session.received).toHaveLength(1);
    expect(logger.lines.map(({ event }) => event)).toContain('upstream_not_a_message');
  });

  it('hands up each answer of a batch', async () => {
    const { connection, session } = await open((asked, response) =>
      json(response, `[${resultFor(asked.json?.id)},{"jsonrpc":"2.0","method":"notifications/y"}]`),
    );
    await connection.send(request(1, 'x'));
    await session.answer(1);
    await session.heard('notifications/y');
  });

  it('carries bodies of 10 MB both ways', async () => {
    const { connection, session } = await openInitialized(streamable(echo));
    await connection.send(request(2, 'x', { text: 'y'.repeat(10_000_000) }));
    expect((await session.answer(2)).bytes.length).toBeGreaterThan(10_000_000);
  });
});

describe('the session', () => {
  it('sends its id and the agreed version after initialize, and configured headers always', async () => {
    const { peer, connection } = await openInitialized(streamable(echo), {
      headers: { Authorization: 'Bearer configured' },
    });
    await connection.send(request(2, 'tools/list'));
    const [first, ...later] = peer.asked;
    expect(first?.headers).not.toHaveProperty('mcp-session-id');
    expect(first?.headers).not.toHaveProperty('mcp-protocol-version');
    for (const { headers } of later) {
      expect(headers).toMatchObject({ 'mcp-session-id': 'session-1', 'mcp-protocol-version': '2025-11-25' });
    }
    expect(peer.asked.map(({ headers }) => headers.authorization)).toEqual(
      peer.asked.map(() => 'Bearer configured'),
    );
  });

  it('sends user name and password of the URL as basic authentication, and shows them to nobody', async () => {
    const peer = await startPeer(echo);
    peers.push(peer);
    const url = new URL(peer.url);
    url.username = 'me';
    url.password = 'p@ss';
    url.search = '?key=secret';
    const upstream = createHttpUpstream({
      name: 'p',
      url,
      transport: 'auto',
      headers: {},
      timeoutMs: 1000,
      logger: recordingLogger(),
    });
    upstreams.push(upstream);
    const session = recordingSession();
    await upstream.connect(session, 'legacy').send(request(1, 'x'));
    await session.answer(1);
    expect(peer.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(peer.asked[0]?.path).toBe('/mcp?key=secret');
    expect(upstream.target).toBe(`http://${peer.url.host}/mcp?…`);
  });

  it('deletes the session on close', async () => {
    const { peer, connection, session } = await openInitialized(streamable(echo));
    await connection.close();
    const last = peer.asked.at(-1);
    expect([last?.method, last?.headers['mcp-session-id']]).toEqual(['DELETE', 'session-1']);
    expect(session.closings).toEqual([]);
    await expect(connection.send(request(2, 'x'))).rejects.toThrow('closed');
  });

  it('does not wait long for a server that does not answer the DELETE', async () => {
    const serve = streamable(echo);
    const { connection } = await openInitialized((asked, response) => {
      if (asked.method !== 'DELETE') serve(asked, response);
    });
    const start = performance.now();
    await connection.close();
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('closes at once where the server is gone', async () => {
    const { connection, peer } = await openInitialized(streamable(echo));
    await peer.close();
    const start = performance.now();
    await connection.close();
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('does without an id that can not stand in a header', async () => {
    const { connection, session, peer, logger } = await open((asked, response) => {
      json(response, resultFor(asked.json?.id), 200, { 'mcp-session-id': 'two words' });
    });
    await connection.send(request(1, 'initialize'));
    await session.answer(1);
    await connection.send(request(2, 'x'));
    await session.answer(2);
    expect(peer.asked[1]?.headers).not.toHaveProperty('mcp-session-id');
    expect(logger.lines.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['upstream_session_id_unusable', 'upstream_version_unusable']),
    );
  });

  it('ends when the server answers 404 for it, and rejects what comes after', async () => {
    const { connection, session, peer } = await openInitialized(
      streamable((_asked, response) => {
        json(
          response,
          { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null },
          404,
        );
      }),
    );
    await connection.send(request(2, 'x'));
    expect(await session.whyClosed()).toBe('peer has lost the session: connect again');
    await expect(connection.send(request(3, 'x'))).rejects.toThrow('lost the session');
    await connection.close();
    expect(session.closings).toHaveLength(1);
    expect(peer.asked.map(({ method }) => method)).not.toContain('DELETE');
  });

  it('knows the 400 of servers made after the examples as a lost session', async () => {
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => {
        json(
          response,
          { jsonrpc: '2.0', error: { code: -32000, message: 'Bad Request: No valid session ID provided' } },
          400,
        );
      }),
    );
    await connection.send(request(2, 'x'));
    expect(await session.whyClosed()).toContain('lost the session');
  });

  it('does not take an error of the request itself for a lost session', async () => {
    const said =
      '{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"The browser session was not found"}}';
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => json(response, said, 400)),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).bytes.toString()).toBe(said);
    expect(session.closings).toEqual([]);
  });

  it('rejects a notification that meets a lost session', async () => {
    const serve = streamable(echo);
    const { connection, session, peer } = await openInitialized(serve);
    peer.answering = (_asked, response) => response.writeHead(404).end();
    await expect(connection.send(notification('notifications/x'))).rejects.toThrow('lost the session');
    expect(session.closings).toHaveLength(1);
  });
});

describe('order', () => {
  it('holds messages back until the first one is acknowledged, and sends them in order', async () => {
    const waiting: ServerResponse[] = [];
    const { peer, connection, session } = await open((asked, response) => {
      if (asked.json?.method === 'initialize') waiting.push(response);
      else if (asked.json?.id === undefined) setTimeout(() => response.writeHead(202).end(), 50);
      else echo(asked, response);
    });
    const sends = [
      connection.send(request(1, 'initialize')),
      connection.send(notification('notifications/initialized')),
      connection.send(request(2, 'tools/list')),
    ];
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await sleep(30);
    expect(peer.asked).toHaveLength(1);
    for (const response of waiting) json(response, resultFor(1, { protocolVersion: '2025-06-18' }), 200);
    await Promise.all(sends);
    await session.answer(2);
    expect(peer.asked.map(({ json: body }) => body?.method).filter((method) => method !== undefined)).toEqual(
      ['initialize', 'notifications/initialized', 'tools/list'],
    );
  });

  it('lets a cancellation overtake the slow request that it is for, and then expects no answer', async () => {
    let slow: ServerResponse | undefined;
    const { peer, connection, session } = await openInitialized(
      streamable((_asked, response) => {
        slow = stream(response, 'id: 1\ndata:');
      }),
    );
    await connection.send(request(2, 'slow'));
    await connection.send(notification('notifications/cancelled', { requestId: 2 }));
    await vi.waitFor(() => expect(slow).toBeDefined());
    slow?.end();
    await sleep(50);
    expect(session.received).toHaveLength(1);
    expect(peer.asked.filter(({ headers }) => headers['last-event-id'] !== undefined)).toEqual([]);
  });
});

describe('what fails', () => {
  it('rejects when nothing listens there', async () => {
    const { connection, peer } = await open(echo);
    await peer.close();
    const failure = connection.send(request(1, 'initialize'));
    await expect(failure).rejects.toThrow(UpstreamError);
    await expect(failure).rejects.toThrow(`nothing listens at ${peer.url.href}. Is the server running?`);
  });

  it('rejects the first message with what the server says', async () => {
    const { connection } = await open((_asked, response) => {
      json(response, { error: 'invalid_token', error_description: 'The token has expired' }, 401);
    });
    await expect(connection.send(request(1, 'initialize'))).rejects.toThrow(
      'peer answered HTTP 401: The token has expired. Configure the headers that it wants, for example Authorization',
    );
  });

  it.each([
    [500, { 'content-type': 'text/plain' }, 'out of memory', 'peer answered HTTP 500: out of memory'],
    [503, { 'content-type': 'text/html' }, '<html>sorry</html>', 'peer answered HTTP 503'],
    [
      400,
      { 'content-type': 'application/json' },
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}',
      'peer answered HTTP 400: no',
    ],
    [400, { 'content-type': 'application/json' }, 'not JSON', 'peer answered HTTP 400'],
    [200, { 'content-type': 'text/html' }, '<html>', 'peer answered HTTP 200 with text/html instead of JSON'],
    [202, {}, '', 'peer answered HTTP 202 with nothing instead of JSON'],
    [
      200,
      { 'content-type': 'application/json' },
      '{"jsonrpc":"2.0","id":99,"result":{}}',
      'peer sent a response without the answer',
    ],
    [
      302,
      { location: 'https://other.example/mcp?token=1' },
      '',
      'peer answered HTTP 302. It has moved to https://other.example/mcp?…: configure that URL',
    ],
  ])('answers a later request with -32004 for status %i %j', async (status, headers, body, message) => {
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => {
        response.writeHead(status, headers);
        response.end(body);
      }),
    );
    await connection.send(request('late', 'x'));
    const answer = await session.answer('late');
    expect(JSON.parse(answer.bytes.toString())).toEqual({
      jsonrpc: '2.0',
      id: 'late',
      error: { code: -32004, message },
    });
    expect(answer.error).toEqual({ code: -32004, message });
    expect(session.closings).toEqual([]);
  });

  it('passes an error response for the request through, whatever the status', async () => {
    const said =
      '{"id":2,"error":{"code":-32602,"message":"bad","data":{"n":12345678901234567890}},"jsonrpc":"2.0"}';
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => json(response, said, 400)),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).bytes.toString()).toBe(said);
  });

  it('fails a request whose connection breaks', async () => {
    const { connection, session, peer } = await openInitialized(streamable(() => peer.drop()));
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).error?.message).toContain('could not be reached');
  });

  it('fails a request whose stream ends without an answer and without an event id', async () => {
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => stream(response, ': x').end()),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).error).toEqual({
      code: -32004,
      message: 'peer ended its stream without the answer',
    });
  });

  it('fails a request whose answer is over the bound, in JSON and as an event', async () => {
    const { connection, session } = await openInitialized(
      streamable((asked, response) => {
        const large = resultFor(asked.json?.id, { text: 'x'.repeat(20_000) });
        if (asked.json?.id === 2) json(response, large);
        else stream(response, `data: ${large}`);
      }),
      { maxMessageBytes: 10_000 },
    );
    await connection.send(request(2, 'x'));
    await connection.send(request(3, 'x'));
    expect((await session.answer(2)).error?.message).toBe('peer sent a message of more than 10000 bytes');
    expect((await session.answer(3)).error?.message).toBe('peer sent a message of more than 10000 bytes');
  });

  it('rejects a notification that is not acknowledged in time', async () => {
    const serve = streamable(echo);
    const { connection } = await openInitialized((asked, response) => {
      if (asked.json?.method !== 'notifications/x') serve(asked, response);
    });
    await expect(connection.send(notification('notifications/x'))).rejects.toThrow('did not answer in time');
  });

  it('rejects what was waiting when it is closed', async () => {
    const { connection, session } = await open(() => undefined);
    const refused = [
      expect(connection.send(request(1, 'initialize'))).rejects.toThrow('closed'),
      expect(connection.send(request(2, 'x'))).rejects.toThrow('closed'),
    ];
    await sleep(20);
    await connection.close();
    await Promise.all(refused);
    expect(session.received).toEqual([]);
  });

  it('says nothing of pending requests after close', async () => {
    const { connection, session } = await openInitialized(streamable(() => undefined));
    await connection.send(request(2, 'x'));
    await connection.close();
    await sleep(20);
    expect(session.received).toHaveLength(1);
  });
});

describe('redirects', () => {
  it('follows one within the origin, with the body', async () => {
    const { connection, session, peer } = await open((asked, response) => {
      if (asked.path === '/mcp') response.writeHead(307, { location: '/mcp/' }).end('moved');
      else echo(asked, response);
    });
    await connection.send(request(1, 'x', { a: 1 }));
    expect((await session.answer(1)).result).toEqual({ echoed: { a: 1 } });
    expect(peer.asked.map(({ path }) => path)).toEqual(['/mcp', '/mcp/']);
  });

  it('does not go in circles', async () => {
    const { connection, peer } = await open((_asked, response) =>
      response.writeHead(308, { location: '/mcp' }).end(),
    );
    await expect(connection.send(request(1, 'x'))).rejects.toThrow('HTTP 308');
    expect(peer.asked).toHaveLength(4);
  });

  it('never carries headers to another origin', async () => {
    const other = await startPeer(echo);
    peers.push(other);
    const { connection } = await open(
      (_asked, response) => response.writeHead(307, { location: other.url.href }).end(),
      {
        headers: { authorization: 'Bearer x' },
      },
    );
    await expect(connection.send(request(1, 'x'))).rejects.toThrow(`It has moved to ${other.url.href}`);
    expect(other.asked).toEqual([]);
  });
});

describe('the listening stream', () => {
  it('is opened once initialized was accepted, and hands up what the server says by itself', async () => {
    const { session, peer } = await openInitialized(
      streamable(echo, (_asked, response) => {
        stream(response, 'data: {"jsonrpc":"2.0","id":"s1","method":"roots/list"}');
      }),
    );
    await session.heard('roots/list');
    expect(session.received.at(-1)?.relatedTo).toBeNull();
    const get = peer.asked.find(({ method }) => method === 'GET');
    expect(get?.headers).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 'session-1' });
    expect(get?.headers).not.toHaveProperty('last-event-id');
  });

  it.each([404, 405])('is not missed where the server answers %i', async (status) => {
    const { connection, session, peer } = await openInitialized(
      streamable(echo, (_asked, response) => response.writeHead(status).end()),
    );
    await connection.send(request(2, 'x'));
    await session.answer(2);
    await sleep(80);
    expect(session.closings).toEqual([]);
    expect(peer.asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('is opened again after the last event, as soon as the server asked for', async () => {
    let gets = 0;
    const { session, peer } = await openInitialized(
      streamable(echo, (_asked, response) => {
        gets += 1;
        if (gets === 1)
          stream(response, 'retry: 60', 'id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/a"}').end();
        else if (gets === 2) response.writeHead(503).end();
        else stream(response, 'data: {"jsonrpc":"2.0","method":"notifications/b"}');
      }),
    );
    await session.heard('notifications/b');
    const ids = peer.asked
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => headers['last-event-id']);
    expect(ids).toEqual([undefined, 'e1', 'e1']);
  });

  it('tells of a lost session when it is opened again', async () => {
    let gets = 0;
    const { session } = await openInitialized(
      streamable(echo, (_asked, response) => {
        gets += 1;
        if (gets === 1) stream(response, 'retry: 50').end();
        else response.writeHead(404).end();
      }),
    );
    expect(await session.whyClosed()).toContain('lost the session');
  });

  it('is not opened again after close', async () => {
    const { connection, peer } = await openInitialized(
      streamable(echo, (_asked, response) => void stream(response, 'retry: 50').end()),
    );
    await vi.waitFor(() => expect(peer.asked.some(({ method }) => method === 'GET')).toBe(true));
    await connection.close();
    const before = peer.asked.length;
    await sleep(150);
    expect(peer.asked).toHaveLength(before);
  });
});

describe('an answer whose stream breaks', () => {
  it('is resumed after the last event, and stays related to its request', async () => {
    const { connection, session, peer } = await openInitialized(
      streamable(
        (_asked, response) => void stream(response, 'retry: 50\nid: p1\ndata:').end(),
        (asked, response) => {
          if (asked.headers['last-event-id'] === 'p1') {
            stream(response, 'id: p2\ndata: {"jsonrpc":"2.0","method":"notifications/a"}').end();
          } else if (asked.headers['last-event-id'] === 'p2')
            stream(response, `data: ${resultFor(2, { ok: true })}`);
          else response.writeHead(405).end();
        },
      ),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).result).toEqual({ ok: true });
    // The client may be told to do as we do. Further breaks of the stream are between the server and us.
    expect(session.streams).toEqual([
      { request: 2, event: { kind: 'opened' } },
      { request: 2, event: { kind: 'retry', ms: 50 } },
      { request: 2, event: { kind: 'suspended' } },
    ]);
    expect(session.received.slice(1).map(({ relatedTo }) => relatedTo)).toEqual([2, 2]);
    // It is not asked for again once it is there.
    const asked = peer.asked.length;
    await sleep(120);
    expect(peer.asked).toHaveLength(asked);
  });

  it('is resumed when the connection breaks in the middle', async () => {
    const { connection, session, peer } = await openInitialized(
      streamable(
        (_asked, response) => {
          stream(response, 'retry: 50\nid: p1\ndata:');
          setTimeout(() => peer.drop(), 20);
        },
        (asked, response) => {
          if (asked.headers['last-event-id'] === 'p1') stream(response, `data: ${resultFor(2)}`).end();
          else response.writeHead(405).end();
        },
      ),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).error).toBeNull();
    expect(session.streams.map(({ event }) => event.kind)).toEqual(['opened', 'retry']);
  });

  it('is none where the answer comes as JSON, and has not been suspended where it ends with the answer', async () => {
    const { connection, session } = await openInitialized(
      streamable(({ json: asked }, response) => {
        if (asked?.method === 'json') json(response, resultFor(asked.id));
        else stream(response, 'id: p1\ndata:', `data: ${resultFor(asked?.id)}`).end();
      }),
    );
    await connection.send(request(2, 'json'));
    await session.answer(2);
    expect(session.streams).toEqual([]);
    await connection.send(request(3, 'stream'));
    await session.answer(3);
    await sleep(50);
    expect(session.streams).toEqual([{ request: 3, event: { kind: 'opened' } }]);
  });

  it('waits neither for ever nor not at all, whatever retry: says', async () => {
    let gets = 0;
    const { connection, session } = await openInitialized(
      streamable(
        (_asked, response) => void stream(response, 'retry: 0\nid: p1\ndata:').end(),
        (asked, response) => {
          if (asked.headers['last-event-id'] === undefined) response.writeHead(405).end();
          else if ((gets += 1) < 3) response.writeHead(503).end();
          else stream(response, `data: ${resultFor(2)}`).end();
        },
      ),
    );
    const start = performance.now();
    await connection.send(request(2, 'x'));
    await session.answer(2);
    // 50 ms, 50 ms and 100 ms.
    expect(performance.now() - start).toBeGreaterThan(150);
  });

  it('is given up where the server does not resume', async () => {
    const { connection, session } = await openInitialized(
      streamable((_asked, response) => void stream(response, 'retry: 50\nid: p1\ndata:').end()),
    );
    await connection.send(request(2, 'x'));
    expect((await session.answer(2)).error).toEqual({ code: -32004, message: 'peer answered HTTP 405' });
  });
});
