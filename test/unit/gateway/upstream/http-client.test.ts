// How long connections to a server are kept, and how many of them.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import {
  createHttpClient,
  type Exchange,
  type HttpClient,
  type HttpClientOptions,
} from '../../../../electron/gateway/upstream/http-client.ts';
import { recordingLogger } from './peers.ts';

/** A client of a server that keeps connections for ever, and that server's ends of them. */
async function connected(
  pool: Pick<HttpClientOptions, 'idleTimeoutMs' | 'maxIdle' | 'maxOpen'>,
  answer: RequestListener = (_request, response) => response.end('{}'),
) {
  const sockets: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, answer);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createHttpClient({
    origin,
    connectTimeoutMs: 5_000,
    ...pool,
    logger: recordingLogger(),
  });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL('/mcp', origin);
  return {
    sockets,
    ask: () => post(client, url),
    open: (waitsInLine: boolean) => open(client, url, waitsInLine),
  };
}

function post(client: HttpClient, url: URL): Promise<undefined> {
  return open(client, url, false).ended;
}

function open(
  client: HttpClient,
  url: URL,
  waitsInLine: boolean,
): { exchange: Exchange; ended: Promise<undefined> } {
  const { promise: ended, resolve: end, reject: failed } = Promise.withResolvers<undefined>();
  const exchange = client.open(
    { method: 'POST', url, headers: {}, body: Buffer.from('{}'), headTimeoutMs: 0, waitsInLine },
    {
      sent: () => undefined,
      head: () => undefined,
      data: () => undefined,
      end: () => end(undefined),
      failed,
    },
  );
  return { exchange, ended };
}

/** A server that answers when it is told to. */
function holding() {
  const held: ServerResponse[] = [];
  const answer: RequestListener = (_request, response) => held.push(response);
  return { held, answer, release: () => held.shift()?.end('{}') };
}

it('so many requests run at once, the next ones in the order in which they came', async () => {
  const { held, answer, release } = holding();
  const { sockets, open: ask } = await connected({ maxOpen: 2 }, answer);
  const asked = [ask(true), ask(true), ask(true), ask(true)];
  await expect.poll(() => held.length).toBe(2);
  await sleep(50);
  expect(held).toHaveLength(2);
  // One that has left the line is not waited for.
  asked[2]?.exchange.abort();
  release();
  await asked[0]?.ended;
  await expect.poll(() => held.length).toBe(2);
  release();
  release();
  await Promise.all([asked[1]?.ended, asked[3]?.ended]);
  expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(2);
});

it('what does not wait in line gets through while all places are taken', async () => {
  const { held, answer, release } = holding();
  const { open: ask } = await connected({ maxOpen: 1 }, answer);
  const first = ask(true);
  await expect.poll(() => held.length).toBe(1);
  const aside = ask(false);
  await expect.poll(() => held.length).toBe(2);
  release();
  release();
  await Promise.all([first.ended, aside.ended]);
});

it('a place is free again after a request that failed, or that was given up', async () => {
  const { held, answer, release } = holding();
  const { open: ask, sockets } = await connected({ maxOpen: 1 }, answer);
  const failing = ask(true);
  await expect.poll(() => held.length).toBe(1);
  sockets[0]?.destroy();
  await expect(failing.ended).rejects.toThrow();
  held.length = 0;
  const given = ask(true);
  await expect.poll(() => held.length).toBe(1);
  given.exchange.abort();
  held.length = 0;
  const last = ask(true);
  await expect.poll(() => held.length).toBe(1);
  release();
  await last.ended;
});

it('of connections without a request so many are kept, and those that are kept are used again', async () => {
  const { held, answer, release } = holding();
  const { open: ask, sockets } = await connected({ maxIdle: 2, idleTimeoutMs: 60_000 }, answer);
  const five = Array.from({ length: 5 }, () => ask(true));
  await expect.poll(() => held.length).toBe(5);
  while (held.length > 0) release();
  await Promise.all(five.map(({ ended }) => ended));
  const alive = () => sockets.filter(({ destroyed }) => !destroyed).length;
  expect(alive()).toBe(5);
  await expect.poll(alive, { timeout: 3000 }).toBe(2);
  const three = Array.from({ length: 3 }, () => ask(true));
  await expect.poll(() => held.length).toBe(3);
  expect(sockets).toHaveLength(6);
  while (held.length > 0) release();
  await Promise.all(three.map(({ ended }) => ended));
});

it('a connection is used again, until it was idle for as long as is set', async () => {
  const [short, long] = await Promise.all([
    connected({ idleTimeoutMs: 300 }),
    connected({ idleTimeoutMs: 60_000 }),
  ]);
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
