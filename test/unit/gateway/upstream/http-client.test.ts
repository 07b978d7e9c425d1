// How long connections to a server are kept.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../../electron/gateway/upstream/http-client.ts';
import { recordingLogger } from './peers.ts';

/** A client of a server that keeps connections for ever, and that server's ends of them. */
async function connected(idleTimeoutMs: number) {
  const sockets: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => response.end('{}'));
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createHttpClient({
    origin,
    connectTimeoutMs: 5_000,
    idleTimeoutMs,
    logger: recordingLogger(),
  });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return { sockets, ask: () => post(client, new URL('/mcp', origin)) };
}

function post(client: HttpClient, url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    client.open(
      { method: 'POST', url, headers: {}, body: Buffer.from('{}'), headTimeoutMs: 0 },
      { sent: () => undefined, head: () => undefined, data: () => undefined, end: resolve, failed: reject },
    );
  });
}

it('a connection is used again, until it was idle for as long as is set', async () => {
  const [short, long] = await Promise.all([connected(300), connected(60_000)]);
  for (const { ask } of [short, long]) {
    await ask();
    await sleep(20);
    await ask();
  }
  expect([short.sockets.length, long.sockets.length]).toEqual([1, 1]);
  const [first] = short.sockets;
  if (first?.destroyed === false) await once(first, 'close');
  // Past the four seconds that are undici's own.
  await sleep(4_500);
  for (const { ask } of [short, long]) await ask();
  expect([short.sockets.length, long.sockets.length]).toEqual([2, 1]);
}, 15_000);
