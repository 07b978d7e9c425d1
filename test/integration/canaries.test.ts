// Secrets in both directions, each with a text of its own that is looked for as bytes: what clients send to the proxy
// reaches no server, what the proxy sends to servers reaches no client, and neither is ever written down.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathWithToken } from '../../electron/shared/client-token.ts';
import { allowAll, type RunningProxy, startProxy } from './harness.ts';
import { openStream, type RawResponse, send } from './raw-http.ts';
import { readEndpoint } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const token = 'mcpp_canary-of-the-client';
/** What a client has for the proxy alone, and what its network may have put beside it. */
const ofClient = {
  cookie: 'session=canary-cookie',
  'proxy-authorization': 'Basic canary-proxy',
  'x-api-key': 'canary-api-key',
  'x-forwarded-for': '203.0.113.77',
  forwarded: 'for=canary-forwarded',
  'x-amz-security-token': 'canary-amazon',
  referer: 'http://localhost/canary-referer',
} as const;
const clientSecrets = [
  token,
  'canary-cookie',
  'canary-proxy',
  'canary-api-key',
  '203.0.113.77',
  'canary-forwarded',
]
  .concat('canary-amazon', 'canary-referer')
  .flatMap(asItMayStand);

/** What the proxy has for its servers, and what those say that is not for clients. */
const serverToken = 'canary-of-the-server';
/** Secrets in the arguments of calls: for the server, and to be written down nowhere. Two by their form. */
const argumentSecrets = ['canary-of-the-arguments', `ghp_${'cAnA'.repeat(9)}`, 'canary-in-a-url'];
const secretArguments = {
  login: { password: argumentSecrets[0] },
  note: `it is ${argumentSecrets[1] ?? ''}`,
  url: `https://me:${argumentSecrets[2] ?? ''}@example.org/`,
};
const serverSecrets = [
  serverToken,
  'canary-key-of-the-server',
  'canary-set-cookie',
  'canary-challenge',
].flatMap(asItMayStand);

/** A secret, and how it may be written elsewhere. */
function asItMayStand(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('base64')];
}

/** A server that writes down what it is sent, and gives away what it should not as each tool's name says. */
function startNosyServer() {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    void takeDown(request).then((body) => {
      heard.push(
        `${request.method ?? ''} ${request.url ?? ''} ${JSON.stringify(request.rawHeaders)} ${body}`,
      );
      answer(request, body, response);
    });
  });
  return { server, heard };
}

async function takeDown(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  response.setHeader('set-cookie', 'a=canary-set-cookie');
  response.setHeader('www-authenticate', 'Bearer realm="canary-challenge"');
  response.setHeader('x-debug', request.headers.authorization ?? '');
  if (request.method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  const { id, method, params } = JSON.parse(body) as {
    id?: number;
    method: string;
    params?: { name?: string };
  };
  const told = `You sent ${String(request.headers.authorization)}, ${String(request.headers['x-key'])} and ${body}`;
  const rpc = (message: object) => JSON.stringify({ jsonrpc: '2.0', id, ...message });
  response.setHeader('content-type', 'application/json');
  switch (method === 'tools/call' ? params?.name : method) {
    case 'unauthorized':
      response.writeHead(401).end(told);
      return;
    case 'broken':
      response.setHeader('content-type', 'text/html').writeHead(500).end(`<h1>${told}</h1>`);
      return;
    case 'elsewhere':
      response
        .writeHead(307, { location: `http://127.0.0.2:1/?${String(request.headers.authorization)}` })
        .end();
      return;
    case 'no-json':
      response.end(told);
      return;
    case 'cut':
      response.write(`{"jsonrpc":"2.0","id":${String(id)},"result":{"a":"`);
      response.destroy();
      return;
    case 'initialize':
      response.end(
        rpc({ result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} } }),
      );
      return;
    default:
      if (id === undefined) response.writeHead(202).end();
      else response.end(rpc({ result: { content: [] } }));
  }
}

const nosy = startNosyServer();
let local: RawUpstream;
let proxy: RunningProxy;
/** Everything that any client got, headers and all. */
const got: string[] = [];

beforeAll(async () => {
  nosy.server.listen(0, '127.0.0.1');
  await once(nosy.server, 'listening');
  const url = `http://127.0.0.1:${(nosy.server.address() as AddressInfo).port}/mcp`;
  const headers = { Authorization: `Bearer ${serverToken}`, 'X-Key': 'canary-key-of-the-server' };
  local = await startRawUpstream('stdio');
  proxy = await startProxy({
    config: {
      upstream: { url, headers, transport: 'streamable-http', era: 'legacy' },
      servers: {
        modern: { url, headers, transport: 'streamable-http', era: 'modern' },
        events: { url, headers, transport: 'sse' },
        local: local.section,
      },
      clients: { canary: { token_hash: createHash('sha256').update(token).digest('hex') } },
      api: { enabled: true },
      logging: { level: 'debug' },
    },
    policies: allowAll,
  });
});
afterAll(async () => {
  await proxy.stop();
  nosy.server.close();
  nosy.server.closeAllConnections();
});

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});
const tools = ['fine', 'unauthorized', 'broken', 'elsewhere', 'no-json', 'cut'];

function call(name: string, id: number, meta: object = {}): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: secretArguments, ...meta },
  });
}

function keep(response: RawResponse): RawResponse {
  got.push(JSON.stringify(response.headers), response.body);
  return response;
}

/** The two ways to present the token. */
const ways: Readonly<Record<string, (path: string) => { url: string; headers: Record<string, string> }>> = {
  'in its header': (path) => ({
    url: proxy.url + path,
    headers: { ...ofClient, authorization: `Bearer ${token}` },
  }),
  'in its path': (path) => ({ url: proxy.url + pathWithToken(token, path), headers: { ...ofClient } }),
};

describe.each(Object.entries(ways))('a client with a token %s', (_where, at) => {
  it.each(['/mcp', '/servers/local/mcp', '/all/mcp'])('by Streamable HTTP at %s', async (path) => {
    const { url, headers } = at(path);
    const opened = keep(await send(url, { body: initialize, headers }));
    expect(opened.status).toBe(200);
    const session = { ...headers, 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    keep(
      await send(url, { body: '{"jsonrpc":"2.0","method":"notifications/initialized"}', headers: session }),
    );
    for (const [index, tool] of tools.entries())
      keep(
        await send(url, {
          body: call(path === '/all/mcp' ? `default__${tool}` : tool, index),
          headers: session,
        }),
      );
    keep(await send(url, { body: '{', headers: session }));
    keep(await send(url, { method: 'DELETE', headers: session }));
  });

  it.each(['/sse', '/servers/local/sse', '/servers/events/sse'])('by HTTP+SSE at %s', async (path) => {
    const { url, headers } = at(path);
    const stream = await openStream(url, { headers });
    const endpoint = await readEndpoint(stream, proxy.url);
    keep(await send(endpoint, { body: initialize, headers }));
    got.push((await stream.next()).data);
    if (path !== '/servers/events/sse') {
      for (const [index, tool] of tools.entries()) {
        keep(await send(endpoint, { body: call(tool, index), headers }));
        got.push((await stream.next()).data);
      }
    }
    stream.close();
  });

  it('by the modern era', async () => {
    const { url, headers } = at('/servers/modern/mcp');
    const version = '2026-07-28';
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    for (const [index, tool] of tools.entries()) {
      const own = { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': tool };
      keep(await send(url, { body: call(tool, index, { _meta }), headers: { ...headers, ...own } }));
    }
  });

  it('at the door, where nothing is, and at the admin API', async () => {
    for (const path of ['/mcp', '/nowhere', '/servers/nope/mcp', '/api/status', '/.well-known/x']) {
      const { url, headers } = at(path);
      keep(await send(url, { headers }));
      keep(await send(url, { headers: { ...headers, host: 'evil.example' } }));
      keep(await send(`${url}?token=${token}`, { headers }));
    }
  });
});

describe('afterwards', () => {
  it('the servers have been asked much, with the credentials that are theirs', () => {
    expect(nosy.heard.length).toBeGreaterThan(30);
    expect(nosy.heard.filter((all) => !all.includes(serverToken))).toEqual([]);
    expect(local.received().length).toBeGreaterThan(20);
  });

  it('no server has heard what was for the proxy', () => {
    expect(found([...nosy.heard, ...local.received().map(String)], clientSecrets)).toEqual([]);
  });

  it('no client has got what was for a server, or what that said to the proxy', () => {
    expect(got.length).toBeGreaterThan(100);
    expect(found(got, serverSecrets)).toEqual([]);
  });

  it('the servers have got the secrets in the arguments as they were sent', () => {
    for (const secret of argumentSecrets) expect(nosy.heard.join('\n')).toContain(secret);
  });

  it('nothing of any was written down', () => {
    const { stdout, stderr } = proxy.output();
    expect(stderr.length).toBeGreaterThan(1000);
    const secrets = [...clientSecrets, ...serverSecrets, ...argumentSecrets.flatMap(asItMayStand)];
    expect(found([stdout, stderr], secrets)).toEqual([]);
    const files = filesIn(proxy.userData);
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['audit.db', 'gateway.json', 'api-token']),
    );
    for (const { name, text } of files) expect(found([text], secrets), name).toEqual([]);
  });
});

/** Which of these secrets stand in any of the texts, and around what. */
function found(texts: readonly string[], secrets: readonly string[]): string[] {
  return texts.flatMap((text) =>
    secrets
      .filter((secret) => text.includes(secret))
      .map((secret) => text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 80)),
  );
}

function filesIn(folder: string): { name: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, text: readFileSync(join(parentPath, name), 'latin1') }));
}
