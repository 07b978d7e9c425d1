// Either side gives up a request of its own: the other hears of it, over each pair of transports.
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowAll, startProxy } from './harness.ts';
import { type Inbound, openRawSession } from './raw-session.ts';
import { type RawTransport, startRawUpstream } from './raw-upstream.ts';

const pairs = (['stdio', 'http'] as const).flatMap((transport) =>
  (['sse', 'streamable-http'] as const).map((inbound) => [transport, inbound] as const),
);

async function connect(transport: RawTransport, inbound: Inbound) {
  const upstream = await startRawUpstream(transport);
  const proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
  onTestFinished(async () => {
    await proxy.stop();
    await upstream.close();
  });
  const session = await openRawSession(inbound, proxy.url);
  return { session, received: () => upstream.received().map(String) };
}

const call = (id: number, given: object) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'raw', arguments: given } });
const cancelled = (id: number | string) =>
  `{"jsonrpc":"2.0", "method":"notifications/cancelled","params":{"requestId":${JSON.stringify(id)},"reason":"why not"}}`;

describe.each(pairs)('between a server over %s and a client over %s', (transport, inbound) => {
  it("the client's cancellation ends its request, and reaches the server as it came", async () => {
    const { session, received } = await connect(transport, inbound);
    const posted = session.post(call(1, { hang: true }));
    await expect.poll(() => received().length).toBe(3);
    await session.post(cancelled(1));
    await expect.poll(received).toContain(cancelled(1));
    expect((await posted).body).not.toContain('"id":1');
    expect(await session.ask('{"jsonrpc":"2.0","id":2,"method":"ping"}')).toEqual([
      '{"jsonrpc":"2.0","id":2,"result":{}}',
    ]);
  });

  it("the server's cancellation reaches the client as it came, whose answer goes nowhere", async () => {
    const { session, received } = await connect(transport, inbound);
    const asked = '{"jsonrpc":"2.0","id":"s","method":"roots/list"}';
    const push = [asked, cancelled('s')].map((text) => Buffer.from(text).toString('base64'));
    expect((await session.ask(call(1, { push }), 3)).slice(0, 2)).toEqual([asked, cancelled('s')]);
    await session.post('{"jsonrpc":"2.0","id":"s","result":{"roots":[]}}');
    await session.ask('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    expect(received().filter((text) => text.includes('"roots":[]'))).toEqual([]);
  });
});
