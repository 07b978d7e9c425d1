// HTTP+SSE with real HTTP servers that behave and misbehave.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UpstreamConnection } from '../../../../electron/gateway/ports.ts';
import type { ClosableUpstream } from '../../../../electron/gateway/upstream/connections.ts';
import {
  createHttpUpstream,
  type HttpUpstreamOptions,
} from '../../../../electron/gateway/upstream/http-upstream.ts';
import { json, resultFor, startPeer, stream, type Answering, type HttpPeer } from './http-peer.ts';
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
}

async function open(answering: Answering, options: Partial<HttpUpstreamOptions> = {}): Promise<Opened> {
  const peer = await startPeer(answering);
  peers.push(peer);
  const session = recordingSession();
  const logger = recordingLogger();
  const upstream = createHttpUpstream({
    ...{ name: 'peer', url: peer.url, transport: 'sse', headers: {}, timeoutMs: 500, logger },
    ...options,
  });
  upstreams.push(upstream);
  return { peer, session, connection: upstream.connect(session, 'legacy') };
}

interface SseServer {
  readonly answering: Answering;
  readonly say: (data: string) => void;
  readonly end: () => void;
}

/** A server of the old kind; `posts` may answer in its own way and says so by returning true. */
function sseServer(
  endpoint = '/message?sessionId=1',
  posts: (...given: Parameters<Answering>) => boolean = () => false,
): SseServer {
  let opened: ServerResponse | undefined;
  const say = (data: string): void => void opened?.write(`event: message\ndata: ${data}\n\n`);
  return {
    say,
    end: () => opened?.end(),
    answering(asked, response) {
      if (asked.method === 'GET') {
        opened = stream(response, `event: endpoint\ndata: ${endpoint}`);
      } else if (!posts(asked, response)) {
        response.writeHead(202).end('Accepted');
        if (asked.json?.id !== undefined) say(resultFor(asked.json.id, { echoed: asked.json.params }));
      }
    },
  };
}

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map(async (upstream) => upstream.close()));
  await Promise.all(peers.splice(0).map(async (peer) => peer.close()));
});

describe('messages', () => {
  it('posts the bytes to the endpoint and hands up the bytes of the stream', async () => {
    const server = sseServer();
    const { peer, session, connection } = await open(server.answering, {
      headers: { Authorization: 'Bearer c' },
    });
    const bytes = Buffer.from('{"jsonrpc":"2.0","id":1,\n"method":"x","big":12345678901234567890}');
    await connection.send(allowedBytes(bytes));
    await session.answer(1);
    const said = '{"jsonrpc":"2.0", "method":"notifications/é","n":12345678901234567890}';
    server.say(said);
    expect((await session.heard('notifications/é')).bytes.toString()).toBe(said);
    expect(session.received.map(({ relatedTo }) => relatedTo)).toEqual([null, null]);
    expect(peer.asked.map(({ method, path }) => [method, path])).toEqual([
      ['GET', '/mcp'],
      ['POST', '/message?sessionId=1'],
    ]);
    expect(peer.asked[1]?.body.equals(bytes)).toBe(true);
    expect(peer.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer c', 'Bearer c']);
  });

  it('resolves a relative endpoint, and takes an absolute one of the same origin', async () => {
    const relative = await open(sseServer('message/7').answering);
    await relative.connection.send(request(1, 'x'));
    await relative.session.answer(1);
    expect(relative.peer.asked[1]?.path).toBe('/message/7');

    const absolute = await open((asked, response) =>
      sseServer(`http://${asked.headers.host}/abs`).answering(asked, response),
    );
    await absolute.connection.send(notification('notifications/x'));
    expect(absolute.peer.asked[1]?.path).toBe('/abs');
  });

  it('lets a message overtake a slow one', async () => {
    const slow: ServerResponse[] = [];
    const server = sseServer(
      '/m',
      (asked, response) => asked.json?.method === 'slow' && slow.push(response) > 0,
    );
    const { session, connection } = await open(server.answering);
    await connection.send(request(1, 'slow'));
    await connection.send(request(2, 'fast'));
    await session.answer(2);
    expect(slow).toHaveLength(1);
  });
});

describe('what fails', () => {
  it.each([
    'http://127.0.0.1:1/message',
    'https://evil.example/message?key=1',
    '//evil.example/m',
    'http://',
  ])('refuses the endpoint %s', async (endpoint) => {
    const { session, connection, peer } = await open(sseServer(endpoint).answering);
    await expect(connection.send(request(1, 'x'))).rejects.toThrow(/another origin .* which is refused/u);
    expect(peer.asked.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(session.closings).toEqual([]);
  });

  it('rejects when nothing listens there, and tries again the next time', async () => {
    const { connection, peer } = await open(sseServer().answering);
    await peer.close();
    await expect(connection.send(request(1, 'x'))).rejects.toThrow('nothing listens at');
    await expect(connection.send(request(1, 'x'))).rejects.toThrow('nothing listens at');
  });

  it.each<[string, Answering, string]>([
    [
      'an error',
      (_asked, response) => json(response, { message: 'down' }, 503),
      'peer answered HTTP 503: down',
    ],
    [
      'a page',
      (_asked, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      'opened no stream of events',
    ],
    ['an end', (_asked, response) => void stream(response, ': x').end(), 'peer ended the connection'],
    ['silence', () => undefined, 'did not open a session within 0.5 s'],
    [
      'no endpoint',
      (_asked, response) => void stream(response, ': x'),
      'did not open a session within 0.5 s',
    ],
  ])('rejects where the stream is answered by %s', async (_what, answering, message) => {
    const { connection, session } = await open(answering);
    await expect(connection.send(request(1, 'x'))).rejects.toThrow(message);
    expect(session.closings).toEqual([]);
  });

  it('is over when the stream ends', async () => {
    const server = sseServer();
    const { connection, session } = await open(server.answering);
    await connection.send(request(1, 'x'));
    await session.answer(1);
    server.end();
    expect(await session.whyClosed()).toBe('peer ended the connection');
    await expect(connection.send(request(2, 'x'))).rejects.toThrow('peer ended the connection');
  });

  it('is over when the connection breaks', async () => {
    const { connection, session, peer } = await open(sseServer().answering);
    await connection.send(request(1, 'x'));
    await session.answer(1);
    peer.drop();
    expect(await session.whyClosed()).toContain('broke the connection');
  });

  it('is over when an event is over the bound', async () => {
    const server = sseServer();
    const { connection, session } = await open(server.answering, { maxMessageBytes: 5000 });
    await connection.send(request(1, 'x'));
    await session.answer(1);
    server.say('x'.repeat(6000));
    expect(await session.whyClosed()).toBe('peer sent a message of more than 5000 bytes');
  });

  it('answers a request whose POST is refused', async () => {
    const server = sseServer('/m', (_asked, response) => {
      response.writeHead(500).end();
      return true;
    });
    const { connection, session } = await open(server.answering);
    await connection.send(request(1, 'x'));
    expect((await session.answer(1)).error).toEqual({ code: -32004, message: 'peer answered HTTP 500' });
    await expect(connection.send(notification('notifications/x'))).rejects.toThrow('HTTP 500');
  });

  it('passes an error response for the request through', async () => {
    const said = '{"jsonrpc":"2.0", "id":1,"error":{"code":-32602,"message":"bad"}}';
    const server = sseServer('/m', (_asked, response) => {
      json(response, said, 400);
      return true;
    });
    const { connection, session } = await open(server.answering);
    await connection.send(request(1, 'x'));
    expect((await session.answer(1)).bytes.toString()).toBe(said);
  });

  it('ends the stream on close, and rejects what was waiting', async () => {
    let gone = false;
    const { connection, session } = await open((_asked, response) => {
      response.on('close', () => (gone = true));
      stream(response, ': x');
    });
    const refused = expect(connection.send(request(1, 'x'))).rejects.toThrow('closed');
    await sleep(30);
    await connection.close();
    await refused;
    await vi.waitFor(() => expect(gone).toBe(true));
    expect(session.closings).toEqual([]);
  });
});
