// A request of 2026-07-28 over HTTP, with a server that answers as each test says; and the eras of servers.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AllowedMessage } from '../../../../electron/gateway/call.ts';
import type { ClosableUpstream } from '../../../../electron/gateway/upstream/connections.ts';
import {
  createHttpUpstream,
  type HttpUpstreamOptions,
} from '../../../../electron/gateway/upstream/http-upstream.ts';
import { metaKeys } from '../../../../electron/gateway/wire/request-meta.ts';
import { json, resultFor, startPeer, stream, type Answering, type HttpPeer } from './http-peer.ts';
import { allowedBytes, recordingLogger, recordingSession, request, type Session } from './peers.ts';

const upstreams: ClosableUpstream[] = [];
const peers: HttpPeer[] = [];
const _meta = { [metaKeys.protocolVersion]: '2026-07-28', [metaKeys.clientCapabilities]: {} };

async function open(
  answering: Answering,
  options: Partial<HttpUpstreamOptions> = {},
): Promise<{ peer: HttpPeer; upstream: ClosableUpstream; logger: ReturnType<typeof recordingLogger> }> {
  const peer = await startPeer(answering);
  peers.push(peer);
  const logger = recordingLogger();
  const usual = { transport: 'auto', headers: {}, timeoutMs: 500 } as const;
  const upstream = createHttpUpstream({ name: 'peer', url: peer.url, logger, ...usual, ...options });
  upstreams.push(upstream);
  return { peer, upstream, logger };
}

/** A session that also tells which requests failed, and for what cause. */
function session(): Session & { readonly failures: [id: string | number, why: string, cause?: 'era'][] } {
  const failures: [string | number, string, 'era'?][] = [];
  return {
    ...recordingSession(),
    failures,
    failed: (id, why, cause) => void failures.push(cause === undefined ? [id, why] : [id, why, cause]),
  };
}

async function ask(
  upstream: ClosableUpstream,
  asked: AllowedMessage = request(1, 'tools/list', { _meta }),
): Promise<ReturnType<typeof session>> {
  const heard = session();
  await upstream.connect(heard, 'modern').send(asked);
  await vi.waitFor(() => expect(heard.received.length + heard.failures.length).toBeGreaterThan(0));
  return heard;
}

const discover = request('d', 'server/discover', { _meta });
const complete: Answering = (asked, response) =>
  json(response, resultFor(asked.json?.id, { resultType: 'complete', tools: [] }));
const discovered: Answering = (asked, response) =>
  json(response, resultFor(asked.json?.id, { resultType: 'complete', supportedVersions: ['2026-07-28'] }));
const errorFor = (id: unknown, code: number) =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: 'No.' } });
const refusing =
  (status: number, code: number): Answering =>
  (asked, response) =>
    json(response, errorFor(asked.json?.id, code), status);

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map(async (upstream) => upstream.close()));
  await Promise.all(peers.splice(0).map(async (peer) => peer.close()));
});

describe('what is sent', () => {
  it('is the body byte for byte, with headers that are made from it', async () => {
    const { peer, upstream } = await open(complete, { headers: { Authorization: 'Bearer ours' } });
    const bytes = Buffer.from(
      `{"jsonrpc":"2.0", "id":1,"method":"tools/call","params":{"name":"größe","arguments":{"n":12345678901234567890},"_meta":${JSON.stringify(_meta)}}}`,
    );
    await ask(upstream, allowedBytes(bytes));
    const [{ method, headers, body } = { method: '', headers: {}, body: null }] = peer.asked;
    expect(body).toEqual(bytes);
    expect(method).toBe('POST');
    expect(headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': `=?base64?${Buffer.from('größe').toString('base64')}?=`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      authorization: 'Bearer ours',
    });
    expect(headers).not.toHaveProperty('mcp-session-id');
  });

  it('has of the client’s headers only those of parameters, and ours before them', async () => {
    const { peer, upstream } = await open(complete, { headers: { 'Mcp-Param-Tenant': 'configured' } });
    const paramHeaders = {
      'mcp-param-region': 'us-west1',
      'mcp-param-tenant': 'claimed',
      authorization: 'Bearer theirs',
      'mcp-method': 'ping',
    };
    await ask(upstream, { ...request(1, 'tools/call', { name: 'x', _meta }), paramHeaders });
    expect(peer.asked[0]?.headers).toMatchObject({
      'mcp-param-region': 'us-west1',
      'mcp-param-tenant': 'configured',
      'mcp-method': 'tools/call',
    });
    expect(peer.asked[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is nothing else: no session, no GET, no DELETE', async () => {
    const { peer, upstream } = await open((asked, response) =>
      json(response, resultFor(asked.json?.id, { resultType: 'complete' }), 200, { 'mcp-session-id': 's' }),
    );
    await ask(upstream);
    await ask(upstream);
    await upstream.close();
    expect(peer.asked.map(({ method, headers }) => [method, headers['mcp-session-id']])).toEqual([
      ['POST', undefined],
      ['POST', undefined],
    ]);
  });

  it('is one request for each connection', async () => {
    const { upstream } = await open(complete);
    const connection = upstream.connect(session(), 'modern');
    await connection.send(request(1, 'tools/list', { _meta }));
    await expect(connection.send(request(2, 'tools/list', { _meta }))).rejects.toThrow('has carried');
  });

  it('is cancelled by closing the connection', async () => {
    const gone = Promise.withResolvers<undefined>();
    const { peer, upstream } = await open((_asked, response) => {
      response.once('close', () => gone.resolve(undefined));
    });
    const heard = session();
    const connection = upstream.connect(heard, 'modern');
    await connection.send(request(1, 'tools/list', { _meta }));
    await vi.waitFor(() => expect(peer.asked).toHaveLength(1));
    await connection.close();
    await gone.promise;
    expect([heard.failures, heard.closings]).toEqual([[], []]);
  });
});

describe('what comes back', () => {
  it('is the answer, byte for byte', async () => {
    const said = '{"jsonrpc":"2.0", "id":1,"result":{"resultType":"complete","n":1.0}}';
    const { upstream } = await open((_asked, response) => json(response, said));
    const { received, streams } = await ask(upstream);
    expect(received.map(({ message, relatedTo }) => [message.bytes.toString(), relatedTo])).toEqual([
      [said, 1],
    ]);
    expect(streams).toEqual([{ request: 1, event: { kind: 'status', http: 200 } }]);
  });

  it('may be a stream: notifications that relate to the request, then its answer', async () => {
    const note = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}';
    const foreign = resultFor(2);
    const asking = '{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage"}';
    const { upstream, logger } = await open((_asked, response) =>
      stream(
        response,
        'retry: 5\nid: e1\ndata:',
        `data: ${note}`,
        `data: ${foreign}`,
        `data: ${asking}`,
        `data: ${resultFor(1)}`,
      ).end(),
    );
    const heard = await ask(upstream);
    await heard.answer(1);
    expect(heard.received.map(({ message, relatedTo }) => [message.bytes.toString(), relatedTo])).toEqual([
      [note, 1],
      [resultFor(1), 1],
    ]);
    expect(heard.streams).toEqual([{ request: 1, event: { kind: 'opened' } }]);
    expect(logger.lines.filter(({ event }) => event === 'upstream_unasked')).toHaveLength(2);
  });

  it('is a failure where the stream ends before the answer: streams are not resumed', async () => {
    const { peer, upstream } = await open((_asked, response) => stream(response, 'id: e1\ndata:').end());
    expect((await ask(upstream)).failures).toEqual([[1, 'peer ended its stream without the answer']]);
    expect(peer.asked).toHaveLength(1);
  });

  it.each([
    [200, -32601],
    [400, -32020],
    [400, -32021],
    [404, -32601],
    [500, -32603],
    [401, -32000],
  ])('is the error in a response of status %i, with that status', async (status, code) => {
    const { upstream } = await open(refusing(status, code));
    const heard = await ask(upstream);
    expect(heard.received[0]?.message.bytes.toString()).toBe(errorFor(1, code));
    expect(heard.streams).toEqual([{ request: 1, event: { kind: 'status', http: status } }]);
    expect(upstream.refuses('modern')).toBe(false);
  });

  it.each([401, 403, 500, 503])(
    'is a failure without an answer in a %i, and no sign of an era',
    async (status) => {
      const { upstream } = await open((_asked, response) => response.writeHead(status).end());
      const { failures } = await ask(upstream);
      expect(failures).toEqual([[1, expect.stringContaining(`HTTP ${status}`)]]);
      expect(upstream.refuses('modern')).toBe(false);
    },
  );

  it('is a rejection where there is nobody', async () => {
    const { peer, upstream } = await open(complete);
    await peer.close();
    await expect(
      upstream.connect(session(), 'modern').send(request(1, 'tools/list', { _meta })),
    ).rejects.toThrow('could not be reached');
  });
});

describe('the era of a server', () => {
  it.each([400, 404, 405, 406, 415])('is the older one after an empty %i', async (status) => {
    const { upstream } = await open((_asked, response) => response.writeHead(status).end());
    const { failures } = await ask(upstream);
    expect(failures).toEqual([[1, expect.stringContaining(`HTTP ${status}`), 'era']]);
    expect([upstream.refuses('modern'), upstream.refuses('legacy')]).toEqual([true, false]);
  });

  it.each([
    ['of no request', (): string => errorFor(null, -32000)],
    ['that servers of both eras give', (id: unknown): string => errorFor(id, -32602)],
  ])('is the older one after a 400 with an error %s', async (_name, body) => {
    const { upstream } = await open((asked, response) => json(response, body(asked.json?.id), 400));
    expect((await ask(upstream)).failures).toEqual([[1, expect.any(String), 'era']]);
  });

  it('is not doubted over a refusal, once it has shown itself', async () => {
    const { peer, upstream } = await open(complete);
    await ask(upstream);
    peer.answering = refusing(400, -32602);
    expect((await ask(upstream)).received).toHaveLength(1);
    peer.answering = (_asked, response) => response.writeHead(404).end();
    expect((await ask(upstream)).failures).toEqual([[1, expect.stringContaining('HTTP 404')]]);
    expect(upstream.refuses('modern')).toBe(false);
  });

  it.each<[string, Answering]>([
    ['an error', refusing(200, -32601)],
    ['something that is no discovery', complete],
    ['a 404', (_asked, response) => response.writeHead(404).end()],
  ])('is the older one where server/discover gets %s, until it is asked again', async (_name, answering) => {
    const { peer, upstream } = await open(answering);
    expect((await ask(upstream, discover)).failures).toEqual([['d', expect.any(String), 'era']]);
    expect(upstream.refuses('modern')).toBe(true);
    peer.answering = discovered;
    expect((await ask(upstream, discover)).received).toHaveLength(1);
    expect(upstream.refuses('modern')).toBe(false);
  });

  it('is not learnt from a result that servers of both eras could have given', async () => {
    const { peer, upstream } = await open((asked, response) => json(response, resultFor(asked.json?.id)));
    expect((await ask(upstream)).received).toHaveLength(1);
    peer.answering = refusing(400, -32602);
    expect((await ask(upstream)).failures).toEqual([[1, expect.any(String), 'era']]);
  });

  it('is the modern one alone where initialize is refused for its version; the client reads that', async () => {
    const { peer, upstream } = await open(refusing(400, -32022));
    const heard = session();
    await upstream.connect(heard, 'legacy').send(request(1, 'initialize'));
    expect((await heard.answer(1)).bytes.toString()).toBe(errorFor(1, -32022));
    expect([upstream.refuses('legacy'), upstream.refuses('modern')]).toEqual([true, false]);
    peer.answering = (_asked, response) => response.writeHead(404).end();
    await ask(upstream, discover);
    expect([upstream.refuses('legacy'), upstream.refuses('modern')]).toEqual([false, true]);
  });

  it.each(['legacy', 'modern'] as const)('is not asked for where it is configured: %s', async (era) => {
    const other = era === 'modern' ? 'legacy' : 'modern';
    const { peer, upstream } = await open(complete, { era });
    expect([upstream.refuses(era), upstream.refuses(other)]).toEqual([false, true]);
    const heard = session();
    await upstream.connect(heard, other).send(discover);
    expect(heard.failures).toEqual([['d', expect.stringContaining('configured'), 'era']]);
    expect(peer.asked).toEqual([]);
  });

  it('is legacy where HTTP+SSE is configured, which was never of another one', async () => {
    const { upstream } = await open(complete, { transport: 'sse' });
    expect(upstream.refuses('modern')).toBe(true);
  });

  it('that is configured is not changed by what a server answers', async () => {
    const { upstream } = await open((_asked, response) => response.writeHead(404).end(), { era: 'modern' });
    expect((await ask(upstream)).failures).toEqual([[1, expect.stringContaining('HTTP 404')]]);
    expect((await ask(upstream, discover)).failures).toEqual([['d', expect.stringContaining('HTTP 404')]]);
    expect(upstream.refuses('modern')).toBe(false);
  });
});
