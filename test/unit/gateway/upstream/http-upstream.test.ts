// Finding out which HTTP transport a server speaks.
import { afterEach, describe, expect, it } from 'vitest';
import type { ClosableUpstream } from '../../../../electron/gateway/upstream/connections.ts';
import { createHttpUpstream } from '../../../../electron/gateway/upstream/http-upstream.ts';
import { json, resultFor, startPeer, stream, type Answering, type HttpPeer } from './http-peer.ts';
import { notification, recordingLogger, recordingSession, request } from './peers.ts';

const upstreams: ClosableUpstream[] = [];
const peers: HttpPeer[] = [];

async function open(answering: Answering): Promise<{ peer: HttpPeer; upstream: ClosableUpstream }> {
  const peer = await startPeer(answering);
  peers.push(peer);
  const options = { transport: 'auto', headers: {}, timeoutMs: 500, logger: recordingLogger() } as const;
  const upstream = createHttpUpstream({ name: 'peer', url: peer.url, ...options });
  upstreams.push(upstream);
  return { peer, upstream };
}

async function initialize(upstream: ClosableUpstream): Promise<ReturnType<typeof recordingSession>> {
  const session = recordingSession();
  const connection = upstream.connect(session, 'legacy');
  await Promise.all([
    connection.send(request(1, 'initialize')),
    connection.send(notification('notifications/initialized')),
    connection.send(request(2, 'tools/list')),
  ]);
  await session.answer(1);
  await session.answer(2);
  return session;
}

/** The old kind of server, which refuses to be posted to where its stream is. */
function olderServer(refusal: number): Answering {
  let say: (data: string) => void = () => undefined;
  return (asked, response) => {
    if (asked.method === 'GET') {
      const opened = stream(response, 'event: endpoint\ndata: /message');
      say = (data) => void opened.write(`data: ${data}\n\n`);
    } else if (asked.path === '/message') {
      response.writeHead(202).end();
      if (asked.json?.id !== undefined) say(resultFor(asked.json.id));
    } else response.writeHead(refusal).end();
  };
}

const newerServer: Answering = (asked, response) => {
  if (asked.method === 'GET') response.writeHead(405).end();
  else if (asked.json?.id === undefined) response.writeHead(202).end();
  else json(response, resultFor(asked.json.id));
};

const asks = ({ asked }: HttpPeer): string[] => asked.map(({ method, path }) => `${method} ${path}`);

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map(async (upstream) => upstream.close()));
  await Promise.all(peers.splice(0).map(async (peer) => peer.close()));
});

describe('transport: auto', () => {
  it('speaks Streamable HTTP to a server that takes the first message', async () => {
    const { peer, upstream } = await open(newerServer);
    await initialize(upstream);
    expect(asks(peer).filter((ask) => ask.startsWith('POST'))).toEqual([
      'POST /mcp',
      'POST /mcp',
      'POST /mcp',
    ]);
  });

  it.each([400, 404, 405])(
    'speaks HTTP+SSE where the first message is refused with %i, and remembers',
    async (status) => {
      const { peer, upstream } = await open(olderServer(status));
      await initialize(upstream);
      const expected = ['GET /mcp', 'POST /message', 'POST /message', 'POST /message'];
      expect(asks(peer)).toEqual(['POST /mcp', ...expected]);
      await initialize(upstream);
      expect(asks(peer).slice(5)).toEqual(expected);
    },
  );

  it('finds out anew when the server has changed', async () => {
    const { peer, upstream } = await open(olderServer(404));
    await initialize(upstream);
    peer.answering = newerServer;
    await initialize(upstream);
    peer.answering = olderServer(405);
    await initialize(upstream);
  });

  it('says what both ways led to where none does', async () => {
    const { upstream } = await open((_asked, response) => response.writeHead(404).end());
    await expect(
      upstream.connect(recordingSession(), 'legacy').send(request(1, 'initialize')),
    ).rejects.toThrow(
      /^peer answered HTTP 404\. Check the path of .* \(and over HTTP\+SSE: peer answered HTTP 404/u,
    );
  });

  it.each([401, 500])('does not take %i as a sign of the older transport', async (status) => {
    const { peer, upstream } = await open((_asked, response) => response.writeHead(status).end());
    await expect(
      upstream.connect(recordingSession(), 'legacy').send(request(1, 'initialize')),
    ).rejects.toThrow(`HTTP ${status}`);
    expect(asks(peer)).toEqual(['POST /mcp']);
  });

  it('does not fall back where the server answered the message itself', async () => {
    const said = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unsupported protocol version"}}';
    const { peer, upstream } = await open((_asked, response) => json(response, said, 400));
    const session = recordingSession();
    await upstream.connect(session, 'legacy').send(request(1, 'initialize'));
    expect((await session.answer(1)).bytes.toString()).toBe(said);
    expect(asks(peer)).toEqual(['POST /mcp']);
  });

  it('can be closed while it finds out', async () => {
    const { upstream } = await open(() => undefined);
    const connection = upstream.connect(recordingSession(), 'legacy');
    const refused = expect(connection.send(request(1, 'initialize'))).rejects.toThrow('closed');
    await upstream.close();
    await refused;
    await expect(connection.send(request(2, 'x'))).rejects.toThrow('closed');
  });
});
