// A client whose connection breaks in the middle of a call comes back for the rest, whatever the server speaks.
import { afterEach, expect, it } from 'vitest';
import { type EverythingServer, type EverythingTransport, startEverything } from './everything-server.ts';
import { allowAll, type RunningProxy, startProxy } from './harness.ts';
import { openStream, send } from './raw-http.ts';

let upstream: EverythingServer;
let proxy: RunningProxy;

afterEach(async () => {
  await proxy.stop();
  await upstream.close();
});

const json = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
const rpc = (message: object) => JSON.stringify({ jsonrpc: '2.0', ...message });
const progress = (data: string) =>
  (JSON.parse(data) as { params?: { progress?: number } }).params?.progress ?? null;

async function openSession(url: string): Promise<Record<string, string>> {
  const protocolVersion = '2025-11-25';
  const clientInfo = { name: 'raw client', version: '1' };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const reply = await send(url, { headers: json, body: rpc({ id: 0, method: 'initialize', params }) });
  const headers = {
    'mcp-session-id': String(reply.headers['mcp-session-id']),
    'mcp-protocol-version': protocolVersion,
  };
  await send(url, { headers: { ...json, ...headers }, body: rpc({ method: 'notifications/initialized' }) });
  return headers;
}

it.each<EverythingTransport>(['stdio', 'sse', 'streamableHttp'])(
  'a call through a server that speaks %s',
  async (transport) => {
    upstream = await startEverything(transport);
    proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
    const url = `${proxy.url}/mcp`;
    const session = await openSession(url);
    // Takes what the server says by itself, which might go out on the stream of the call otherwise.
    const listening = await openStream(url, { headers: session });
    const call = {
      name: 'trigger-long-running-operation',
      arguments: { duration: 1.2, steps: 4 },
      _meta: { progressToken: 'p' },
    };
    const first = await openStream(url, {
      headers: { ...json, ...session },
      body: rpc({ id: 1, method: 'tools/call', params: call }),
    });
    let event = await first.next();
    while (event.data === '') event = await first.next();
    expect(progress(event.data)).toBe(1);
    first.close();

    const rest = await openStream(url, { headers: { ...session, 'last-event-id': event.id ?? '' } });
    expect(rest.status).toBe(200);
    for (const step of [2, 3, 4]) expect(progress((await rest.next()).data)).toBe(step);
    expect(JSON.parse((await rest.next()).data)).toMatchObject({ id: 1, result: { content: [{}] } });
    await rest.ended();

    const again = await openStream(url, { headers: { ...session, 'last-event-id': event.id ?? '' } });
    for (const step of [2, 3, 4]) expect(progress((await again.next()).data)).toBe(step);
    expect(JSON.parse((await again.next()).data)).toMatchObject({ id: 1 });

    const other = await openSession(url);
    const refused = await send(url, {
      headers: { accept: 'text/event-stream', ...other, 'last-event-id': event.id ?? '' },
    });
    expect(refused.status).toBe(400);
    listening.close();
  },
);
