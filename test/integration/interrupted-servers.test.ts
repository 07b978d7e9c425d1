// A server that ends and comes back in the middle of a client's session: what the client sees, for each transport.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EverythingTransport, startEverything } from './everything-server.ts';
import { allowAll, freePort, type RunningProxy, startProxy } from './harness.ts';
import { openStream, send } from './raw-http.ts';
import { type Inbound, openRawSession, readEndpoint } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

const inbounds: Inbound[] = ['sse', 'streamable-http'];

async function startWith(
  upstream: Readonly<Record<string, unknown>>,
): Promise<RunningProxy & { readonly events: () => string[] }> {
  const proxy = await startProxy({ config: { upstream }, policies: allowAll });
  onTestFinished(() => proxy.stop());
  const events = () =>
    proxy
      .output()
      .stderr.split('\n')
      .flatMap((line) => /"event":"([^"]+)"/.exec(line)?.[1] ?? []);
  return { ...proxy, events };
}

const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;
const hanging = (id: number) =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"raw","arguments":{"hang":true}}}`;

describe.each(inbounds)('a stdio server that dies in a session over %s', (inbound) => {
  it('is started again by the next message, and told what the first one was', async () => {
    const upstream = await startRawUpstream('stdio');
    const proxy = await startWith(upstream.section);
    const session = await openRawSession(inbound, proxy.url);
    const { version } = (session.initializeResult as { serverInfo: { version: string } }).serverInfo;
    const answer = session.ask(hanging(1));
    await expect.poll(() => upstream.received().length).toBe(3);
    process.kill(Number(version), 'SIGKILL');
    expect(JSON.parse((await answer)[0] ?? '')).toMatchObject({ id: 1, error: { code: -32004 } });

    expect(await session.ask(ping(2))).toEqual(['{"jsonrpc":"2.0","id":2,"result":{}}']);
    const received = upstream.received().map(String);
    expect(received).toHaveLength(6);
    expect(received.slice(3)).toEqual([received[0], received[1], ping(2)]);
    expect(proxy.events()).toContain('upstream_restarts');
    await session.close();
  });
});

describe.each<EverythingTransport>(['streamableHttp', 'sse'])(
  'a server over %s that restarts',
  (transport) => {
    const restarted = async () => {
      const port = await freePort();
      const first = await startEverything(transport, port);
      const proxy = await startWith(first.section);
      return {
        proxy,
        restart: async () => {
          await first.close();
          const second = await startEverything(transport, port);
          onTestFinished(() => second.close());
        },
      };
    };

    it('ends a session of Streamable HTTP with 404, and the client can initialize anew', async () => {
      const { proxy, restart } = await restarted();
      const session = await openRawSession('streamable-http', proxy.url);
      await restart();
      // Some transports say it at once, some when they are asked.
      await session.post(ping(1));
      await expect.poll(async () => (await session.post(ping(2))).status).toBe(404);
      const again = await openRawSession('streamable-http', proxy.url);
      expect(again.initializeResult).toMatchObject({ serverInfo: {} });
    });

    it('ends the stream of a session of HTTP+SSE, and the client can connect anew', async () => {
      const { proxy, restart } = await restarted();
      const stream = await openStream(`${proxy.url}/sse`);
      const endpoint = await readEndpoint(stream, proxy.url);
      await send(endpoint, {
        body:
          '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},' +
          '"clientInfo":{"name":"x","version":"1"}}}',
      });
      await stream.next();
      await send(endpoint, { body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' });
      await restart();
      await send(endpoint, { body: ping(1) });
      await stream.ended();
      expect((await send(endpoint, { body: ping(2) })).status).toBe(404);
      const again = await openRawSession('sse', proxy.url);
      expect(again.initializeResult).toMatchObject({ serverInfo: {} });
    });
  },
);
