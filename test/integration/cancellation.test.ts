// Either side gives up a request of its own: the other hears of it, over each pair of transports.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { allowAll, type RunningProxy, startProxy } from './harness.ts';
import { type Inbound, openRawSession } from './raw-session.ts';
import { type RawTransport, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const transports: RawTransport[] = ['stdio', 'http'];
const inbounds: Inbound[] = ['sse', 'streamable-http'];

const call = (id: number, given: object) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'raw', arguments: given } });
const cancelled = (id: number | string) =>
  `{"jsonrpc":"2.0", "method":"notifications/cancelled","params":{"requestId":${JSON.stringify(id)},"reason":"why not"}}`;

describe.each(transports)('between a server over %s', (transport) => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;

  beforeAll(async () => {
    upstream = await startRawUpstream(transport);
    proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
  });
  afterAll(async () => {
    await proxy.stop();
    await upstream.close();
  });

  /** A session, and what the server hears from its beginning on. */
  async function connect(inbound: Inbound) {
    const before = upstream.received().length;
    const session = await openRawSession(inbound, proxy.url);
    onTestFinished(() => session.close());
    return { session, received: () => upstream.received().slice(before).map(String) };
  }

  describe.each(inbounds)('and a client over %s', (inbound) => {
    it("the client's cancellation ends its request, and reaches the server as it came", async () => {
      const { session, received } = await connect(inbound);
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
      const { session, received } = await connect(inbound);
      const asked = '{"jsonrpc":"2.0","id":"s","method":"roots/list"}';
      const push = [asked, cancelled('s')].map((text) => Buffer.from(text).toString('base64'));
      expect((await session.ask(call(1, { push }), 3)).slice(0, 2)).toEqual([asked, cancelled('s')]);
      await session.post('{"jsonrpc":"2.0","id":"s","result":{"roots":[]}}');
      await session.ask('{"jsonrpc":"2.0","id":2,"method":"ping"}');
      expect(received().filter((text) => text.includes('"roots":[]'))).toEqual([]);
    });
  });
});
