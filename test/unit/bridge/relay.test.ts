// The relay against a small HTTP server that plays the proxy, for what a real one does too seldom.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRelay } from '../../../electron/bridge/relay.ts';

const initialize = '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"x":1.0}}';
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const ask = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`;
const answer = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{}}`;

interface Request {
  readonly method: string;
  readonly session: string | undefined;
  readonly version: string | undefined;
  readonly lastEventId: string | undefined;
  readonly body: string;
}

/** Hands out the sessions s1, s2, …; `play` answers everything else, and what it leaves is answered as usual. */
async function playProxy(play: (request: Request, response: ServerResponse) => boolean = () => false) {
  const requests: Request[] = [];
  let sessions = 0;
  const server = createServer((incoming, response) => void serve(incoming, response));
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const header = (name: string) => incoming.headers[name] as string | undefined;
    const request = {
      method: incoming.method ?? '',
      session: header('mcp-session-id'),
      version: header('mcp-protocol-version'),
      lastEventId: header('last-event-id'),
      body,
    };
    requests.push(request);
    const json = { 'content-type': 'application/json' };
    if (play(request, response)) return;
    if (body === initialize) {
      sessions += 1;
      response.writeHead(200, { ...json, 'mcp-session-id': `s${sessions}` });
      response.end('{"jsonrpc":"2.0","id":"init","result":{"protocolVersion":"2025-06-18"}}');
    } else if (incoming.method !== 'POST') response.writeHead(405).end();
    else if (body.includes('"id"'))
      response.writeHead(200, json).end(answer(Number(/"id":(\d+)/.exec(body)?.[1])));
    else response.writeHead(202).end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), requests, close };
}

function relayTo(url: URL, patienceMs = 1000) {
  const written: string[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const relay = createRelay({
    locate: () => Promise.resolve({ url, certificate: null, token: null }),
    write: (message) => written.push(message.toString()),
    logger,
    patienceMs,
  });
  onTestFinished(() => relay.close());
  const say = (...lines: string[]) => lines.forEach((line) => relay.take(Buffer.from(line)));
  const count = (n: number) => expect.poll(() => written).toHaveLength(n);
  return { relay, written, say, count };
}

describe('a session', () => {
  it('is named, with its version, on everything after initialize, and is deleted at the end', async () => {
    const proxy = await playProxy();
    const { relay, written, say, count } = relayTo(proxy.url);
    say(initialize, initialized, ask(1));
    await count(2);
    expect(written[1]).toBe(answer(1));
    await expect.poll(() => proxy.requests.map(({ method }) => method)).toContain('GET');
    await relay.close();
    const [first, ...others] = proxy.requests;
    expect(first).toMatchObject({ body: initialize, session: undefined, version: undefined });
    expect(others.map(({ method }) => method).sort()).toEqual(['DELETE', 'GET', 'POST', 'POST']);
    for (const other of others) expect(other).toMatchObject({ session: 's1', version: '2025-06-18' });
  });

  it('that was lost is opened once more for all calls that find that out, with the bytes of the first time', async () => {
    const proxy = await playProxy(({ session, body }, response) => {
      const isLost = session === 's1' && body.includes('tools/list');
      if (isLost) response.writeHead(404).end();
      return isLost;
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, initialized, ask(1), ask(2), ask(3));
    await count(4);
    expect(written.slice(1).sort()).toEqual([answer(1), answer(2), answer(3)]);
    expect(proxy.requests.filter(({ body }) => body === initialize)).toHaveLength(2);
    expect(
      proxy.requests.filter(({ body, session }) => body === initialized && session === 's2'),
    ).toHaveLength(1);
  });

  it('that is lost again and again is given up: the call fails', async () => {
    const proxy = await playProxy(({ body }, response) => {
      const isCall = body.includes('tools/list');
      if (isCall) response.writeHead(404).end();
      return isCall;
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, initialized, ask(1));
    await count(2);
    expect(written[1]).toContain('"id":1,"error":{"code":-32004');
    expect(proxy.requests.filter(({ body }) => body === ask(1))).toHaveLength(2);
  });
});

describe('a proxy that went away', () => {
  it('is waited for as long as patience lasts; later calls fail at once, with what to do', async () => {
    const proxy = await playProxy();
    const { written, say, count } = relayTo(proxy.url, 500);
    say(initialize, initialized, ask(1));
    await count(2);
    proxy.close();
    const began = performance.now();
    say(ask(2));
    await count(3);
    const waited = performance.now() - began;
    expect(waited).toBeGreaterThan(150);
    say(ask(3));
    await count(4);
    expect(performance.now() - began - waited).toBeLessThan(150);
    for (const line of written.slice(2))
      expect(line).toMatch(/-32004.*is not running: start it, then try again/);
  });
});

describe('an answer', () => {
  it('in the body of a refusal reaches the client as it is', async () => {
    const error = '{"jsonrpc":"2.0", "id":1,"error":{"code":-32003,"message":"Rate limit exceeded"}}';
    const proxy = await playProxy(({ body }, response) => {
      if (body === ask(1)) response.writeHead(429, { 'content-type': 'application/json' }).end(error);
      return body === ask(1);
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, ask(1));
    await count(2);
    expect(written[1]).toBe(error);
  });

  it('that never comes is an error', async () => {
    const proxy = await playProxy(({ body }, response) => {
      if (body === ask(1))
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
      return body === ask(1);
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, ask(1));
    await count(2);
    expect(written[1]).toContain('"id":1,"error":{"code":-32004');
  });

  it('whose stream is suspended is fetched from where it stopped', async () => {
    const stream = { 'content-type': 'text/event-stream' };
    const proxy = await playProxy(({ method, body, lastEventId }, response) => {
      if (body === ask(1)) response.writeHead(200, stream).end('id: e0\ndata: \n\nretry: 50\n\n');
      else if (method === 'GET' && lastEventId === 'e0')
        response.writeHead(200, stream).end(`id: e1\ndata: ${answer(1)}\n\n`);
      else return false;
      return true;
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, ask(1));
    await count(2);
    expect(written[1]).toBe(answer(1));
  });

  it('whose stream is suspended and can not be resumed is an error', async () => {
    const proxy = await playProxy(({ body }, response) => {
      if (body === ask(1))
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: e0\nretry: 50\ndata: \n\n');
      return body === ask(1);
    });
    const { written, say, count } = relayTo(proxy.url);
    say(initialize, ask(1));
    await count(2);
    expect(written[1]).toContain('"id":1,"error":{"code":-32004');
  });

  it('to a call that the client took back is dropped, and the cancellation overtakes the call', async () => {
    let answerLate = (): void => undefined;
    const proxy = await playProxy(({ body }, response) => {
      if (body !== ask(1)) return false;
      answerLate = () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer(1));
      return true;
    });
    const { written, say, count } = relayTo(proxy.url);
    const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
    say(initialize, ask(1));
    await expect.poll(() => proxy.requests.at(-1)?.body).toBe(ask(1));
    say(cancel);
    await expect.poll(() => proxy.requests.at(-1)?.body).toBe(cancel);
    answerLate();
    say(ask(2));
    await count(2);
    expect(written[1]).toBe(answer(2));
  });
});
