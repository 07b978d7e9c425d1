// A client that speaks 2026-07-28 over stdio, and a proxy that writes down what it is asked.
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRelay } from '../../../electron/bridge/relay.ts';
import { metaKeys } from '../../../electron/gateway/wire/request-meta.ts';
import { json, resultFor, startPeer, stream, type Answering } from '../gateway/upstream/http-peer.ts';
import { recordingLogger } from '../gateway/upstream/peers.ts';

const _meta = { [metaKeys.protocolVersion]: '2026-07-28', [metaKeys.clientCapabilities]: {} };
const ask = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } });
const cancel = (requestId: number): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
const schema = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
};
const tools = [{ name: 'query', inputSchema: schema }];
const call = (id: number): string =>
  ask(id, 'tools/call', { name: 'query', arguments: { region: 'us-west1' } });

/** A server that wants the region in a header too, as every one of this era has to. */
const strict: Answering = (asked, response) => {
  if (asked.json?.method === 'tools/list') json(response, resultFor(asked.json.id, { tools }));
  else if (asked.json?.method !== 'tools/call' || asked.headers['mcp-param-region'] === 'us-west1') {
    json(response, resultFor(asked.json?.id));
  } else json(response, mismatch(asked.json.id), 400);
};
const mismatch = (id: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32020, message: 'Header mismatch' } });

async function connect(answering: Answering, patienceMs = 1000) {
  const peer = await startPeer(answering);
  const written: string[] = [];
  const relay = createRelay({
    locate: () => Promise.resolve({ url: peer.url, certificate: null, token: null }),
    write: (message) => written.push(message.toString()),
    logger: recordingLogger(),
    patienceMs,
  });
  onTestFinished(async () => {
    await relay.close();
    await peer.close();
  });
  return {
    peer,
    written,
    say: (...lines: string[]) => lines.forEach((line) => relay.take(Buffer.from(line))),
    count: (n: number) => expect.poll(() => written).toHaveLength(n),
  };
}

describe('a modern request', () => {
  it('is a POST with headers made from its body, and nothing around it', async () => {
    const { peer, written, say, count } = await connect(strict);
    const line = `{"jsonrpc":"2.0", "id":1,"method":"resources/read","params":{"uri":"x:é","n":1.0,"_meta":${JSON.stringify(_meta)}}}`;
    say(line);
    await count(1);
    expect(written).toEqual([resultFor(1)]);
    expect(peer.asked.map(({ method, body }) => [method, body.toString()])).toEqual([['POST', line]]);
    expect(peer.asked[0]?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'resources/read',
      'mcp-name': `=?base64?${Buffer.from('x:é').toString('base64')}?=`,
      accept: 'application/json, text/event-stream',
    });
  });

  it('has the headers that the tool’s schema wants, as the last list of tools said', async () => {
    const { peer, written, say, count } = await connect(strict);
    say(ask(1, 'tools/list'));
    await count(1);
    say(call(2));
    await count(2);
    expect(written[1]).toBe(resultFor(2));
    expect(peer.asked).toHaveLength(2);
  });

  it('reads the list of tools itself where the client’s own is older, once', async () => {
    const { peer, written, say, count } = await connect(strict);
    say(call(1));
    await count(1);
    expect(written).toEqual([resultFor(1)]);
    expect(peer.asked.map(({ json: asked }) => asked?.method)).toEqual([
      'tools/call',
      'tools/list',
      'tools/call',
    ]);
    peer.answering = (asked, response) => {
      if (asked.json?.method === 'tools/list') strict(asked, response);
      else json(response, mismatch(asked.json?.id), 400);
    };
    say(call(2));
    await count(2);
    expect(written[1]).toBe(mismatch(2));
    expect(peer.asked).toHaveLength(5);
  });

  it('gets what comes on its stream, and its answer', async () => {
    const note = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}';
    const { written, say, count } = await connect((_asked, response) => {
      stream(response, ': keep-alive', `data: ${note}`, `data: ${resultFor(1)}`).end();
    });
    say(ask(1, 'tools/list'));
    await count(2);
    expect(written).toEqual([note, resultFor(1)]);
  });

  it('is cancelled by breaking off its POST, whenever the cancellation comes', async () => {
    const open: ServerResponse[] = [];
    const { peer, written, say, count } = await connect((asked, response) => {
      if (asked.json?.method !== 'subscriptions/listen') strict(asked, response);
      else open.push(stream(response, 'data: {"jsonrpc":"2.0","method":"notifications/x"}'));
    });
    say(ask(1, 'subscriptions/listen'));
    await count(1);
    say(cancel(1), ask(2, 'subscriptions/listen'), cancel(2), cancel(99), ask(3, 'tools/list'));
    await count(2);
    expect(written[1]).toBe(resultFor(3, { tools }));
    await vi.waitFor(() => expect(open.every(({ destroyed }) => destroyed)).toBe(true));
    expect(peer.asked.every(({ body }) => !body.includes('cancelled'))).toBe(true);
  });

  it('gets the refusal of a proxy whose server is legacy as its answer, and may then initialize', async () => {
    const refusal = '{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Legacy"}}';
    const { written, say, count } = await connect((asked, response) => {
      if (asked.json?.method === 'initialize') json(response, resultFor(asked.json.id), 200);
      else json(response, refusal, 400);
    });
    say(ask(1, 'server/discover'));
    await count(1);
    say('{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}');
    await count(2);
    expect(written).toEqual([refusal, resultFor(2)]);
  });

  it('fails where its stream ends without an answer', async () => {
    const { written, say, count } = await connect((_asked, response) => stream(response).end());
    say(ask(1, 'tools/list'));
    await count(1);
    expect(written[0]).toContain('"id":1,"error":{"code":-32004');
  });
});

describe('a proxy that is not there', () => {
  it('is not waited for where it never was', async () => {
    const { peer, written, say, count } = await connect(strict, 5000);
    await peer.close();
    const began = performance.now();
    say(ask(1, 'server/discover'));
    await count(1);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(written[0]).toMatch(/-32004.*is not running: start it, then restart this client/u);
  });

  it('is waited for where it was, for as long as patience lasts', async () => {
    const { peer, written, say, count } = await connect(strict, 400);
    say(ask(1, 'tools/list'));
    await count(1);
    await peer.close();
    const began = performance.now();
    say(ask(2, 'tools/list'), ask(3, 'tools/list'));
    await count(3);
    expect(performance.now() - began).toBeGreaterThan(150);
    expect(written[2]).toMatch(/-32004.*start it, then try again/u);
  });
});
