// Several servers behind one proxy: each at its own address, known to policy and log by its name, and apart from the others.
import { once } from 'node:events';
import { realpathSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { startEverything } from './everything-server.ts';
import { nodeCommand, type RunningProxy, startProxy, temporaryFolder } from './harness.ts';
import { openStream, send } from './raw-http.ts';
import { type Inbound, readEndpoint } from './raw-session.ts';
import { connectSdkClient, type SdkClient } from './sdk-client.ts';

const filesystem = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);
const secret = 'Bearer hunter2-hunter2';
const pathOf: Readonly<Record<Inbound, string>> = { sse: 'sse', 'streamable-http': 'mcp' };

/** Reading is for "files" alone, echoing for the others; what else there is, nobody minds. */
const policy = `package mcp.policy

default allow = true

deny { input.tool == "read_text_file"; input.server != "files" }
deny { input.tool == "echo"; input.server == "files" }
`;

let proxy: RunningProxy;
let guarded: Server;
let file: string;
/** The Authorization header of each request that the guarded server got. */
const presented: (string | undefined)[] = [];

beforeAll(async () => {
  const folder = realpathSync(temporaryFolder());
  file = join(folder, 'note.txt');
  writeFileSync(file, 'what was written');
  guarded = createServer((request, response) => {
    presented.push(request.headers.authorization);
    const allowed = request.headers.authorization === secret;
    response.writeHead(allowed ? 400 : 401, { 'content-type': 'text/plain' });
    response.end(`to no use: ${request.headers.authorization ?? 'nothing'}`);
  }).listen(0, '127.0.0.1');
  await once(guarded, 'listening');
  const url = `http://127.0.0.1:${(guarded.address() as AddressInfo).port}/mcp`;
  proxy = await startProxy({
    config: {
      upstream: (await startEverything('stdio')).section,
      servers: {
        files: nodeCommand(filesystem, folder),
        'broken.one': { command: '/nowhere/at/all' },
        guarded: { url, headers: { Authorization: secret } },
        off: { command: '/nowhere', enabled: false },
      },
      logging: { level: 'debug' },
    },
    policies: { 'policy.rego': policy },
  });
});
afterAll(async () => {
  await proxy.stop();
  guarded.close();
});

async function connect(inbound: Inbound, server: string | null): Promise<SdkClient> {
  const endpoint = pathOf[inbound];
  const path = server === null ? `/${endpoint}` : `/servers/${server}/${endpoint}`;
  const sdk = await connectSdkClient(inbound, proxy.url, path);
  onTestFinished(() => sdk.close());
  return sdk;
}

async function toolsOf({ client }: SdkClient): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

describe.each<Inbound>(['sse', 'streamable-http'])('over %s', (inbound) => {
  it('each server is at its own address, and the default one at the bare one, too', async () => {
    const [bare, named, files] = await Promise.all([
      connect(inbound, null),
      connect(inbound, 'default'),
      connect(inbound, 'files'),
    ]);
    expect(await toolsOf(bare)).toContain('echo');
    expect(await toolsOf(named)).toEqual(await toolsOf(bare));
    expect(await toolsOf(files)).toContain('read_text_file');
    expect(await toolsOf(files)).not.toContain('echo');
    expect(await bare.call('echo', { message: 'hi' })).toBe('Echo: hi');
    expect(await files.call('read_text_file', { path: file })).toBe('what was written');
  });

  it('policy and log know the server by its name', async () => {
    const before = readAuditLog(proxy.userData).length;
    const [byDefault, files] = [await connect(inbound, null), await connect(inbound, 'files')];
    await files.call('read_text_file', { path: file });
    await expect(files.call('echo', { message: 'hi' })).rejects.toMatchObject({ code: -32001 });
    await expect(byDefault.call('read_text_file', { path: file })).rejects.toMatchObject({ code: -32001 });
    const calls = readAuditLog(proxy.userData)
      .slice(before)
      .filter(({ method }) => method === 'tools/call');
    expect(calls.map(({ server, tool, decision }) => [server, tool, decision])).toEqual([
      ['files', 'read_text_file', 'allow'],
      ['files', 'echo', 'deny'],
      ['default', 'read_text_file', 'deny'],
    ]);
  });

  it('one that can not be started troubles nobody else', async () => {
    const byDefault = await connect(inbound, null);
    const broken = connectSdkClient(inbound, proxy.url, `/servers/broken.one/${pathOf[inbound]}`);
    await expect(broken).rejects.toMatchObject({ code: -32004 });
    expect(await byDefault.call('echo', { message: 'still here' })).toBe('Echo: still here');
    expect(await toolsOf(await connect(inbound, 'files'))).toContain('read_text_file');
  });
});

describe('a session', () => {
  it('of Streamable HTTP is unknown at the address of another server', async () => {
    const { client } = await connect('streamable-http', 'files');
    const id = (client.transport as { sessionId?: string }).sessionId ?? '';
    expect(id).not.toBe('');
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    for (const path of ['/mcp', '/servers/default/mcp', '/servers/broken.one/mcp']) {
      expect((await send(proxy.url + path, { body, headers })).status, path).toBe(404);
      expect((await send(proxy.url + path, { method: 'DELETE', headers })).status, path).toBe(404);
    }
    expect((await send(`${proxy.url}/servers/files/mcp`, { body, headers })).status).toBe(200);
  });

  it('of HTTP+SSE is unknown at the address of another server', async () => {
    const stream = await openStream(`${proxy.url}/servers/files/sse`);
    onTestFinished(() => stream.close());
    const endpoint = await readEndpoint(stream, proxy.url);
    expect(endpoint).toMatch(/\/servers\/files\/message\?sessionId=/);
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    expect((await send(endpoint.replace('/servers/files/', '/'), { body })).status).toBe(404);
    expect((await send(endpoint.replace('/files/', '/default/'), { body })).status).toBe(404);
    expect((await send(endpoint, { body })).status).toBe(202);
  });
});

describe('a name', () => {
  it.each(['off', 'nobody'])('that is not served (%s) is answered with those that are', async (name) => {
    const reply = await send(`${proxy.url}/servers/${name}/mcp`, { body: '{}' });
    expect(reply.status).toBe(404);
    const { error } = JSON.parse(reply.body) as { error: { message: string } };
    expect(error.message).toMatch(/there are: default, files, broken\.one, guarded$/);
  });
});

describe('a header', () => {
  it('is sent to its server, and stands nowhere else', async () => {
    const failed = await send(`${proxy.url}/servers/guarded/mcp`, {
      body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}',
    });
    expect(failed.body).toContain('HTTP 400: to no use: …');
    expect(new Set(presented)).toEqual(new Set([secret]));
    const { stdout, stderr } = proxy.output();
    const told = [failed.body, stdout, stderr, JSON.stringify(readAuditLog(proxy.userData))].join('\n');
    expect(stderr).toContain('guarded');
    expect(told).not.toContain('hunter2');
  });
});
