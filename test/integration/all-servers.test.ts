// All servers at one address: names that lead to the right one, everything that MCP offers from several of them at once.
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { startBridge } from './bridge-process.ts';
import { type EverythingServer, startEverything } from './everything-server.ts';
import { freePort, nodeCommand, type RunningProxy, startProxy, temporaryFolder } from './harness.ts';
import type { Inbound } from './raw-session.ts';
import { send } from './raw-http.ts';
import { connectSdkClient, type SdkClient } from './sdk-client.ts';

const filesystem = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);
const pathOf: Readonly<Record<Inbound, string>> = { sse: '/all/sse', 'streamable-http': '/all/mcp' };

/** One server may not echo, and the policy knows both servers and tools by their own names. */
const policy = `package mcp.policy

default allow = true

deny { input.tool == "echo"; input.server == "remote" }
`;

let proxy: RunningProxy;
let remote: EverythingServer;
let remotePort: number;
let file: string;

beforeAll(async () => {
  const folder = realpathSync(temporaryFolder());
  file = join(folder, 'note.txt');
  writeFileSync(file, 'what was written');
  remotePort = await freePort();
  remote = await startEverything('streamableHttp', remotePort);
  proxy = await startProxy({
    config: {
      servers: {
        local: (await startEverything('stdio')).section,
        remote: remote.section,
        files: nodeCommand(filesystem, folder),
        broken: { command: '/nowhere/at/all' },
      },
      logging: { level: 'debug' },
    },
    policies: { 'policy.rego': policy },
  });
});
afterAll(async () => {
  await proxy.stop();
  await remote.close();
});

const count = (heard: readonly string[], what: string): number => heard.filter((one) => one === what).length;

describe.each<Inbound>(['sse', 'streamable-http'])('over %s', (inbound) => {
  let sdk: SdkClient;

  beforeAll(async () => {
    sdk = await connectSdkClient(inbound, proxy.url, pathOf[inbound]);
  });
  afterAll(() => sdk.close());

  it('says who is there, and who is not', () => {
    expect(sdk.client.getServerVersion()?.title).toBe('MCP Proxy Desktop: all servers');
    const instructions = sdk.client.getInstructions() ?? '';
    expect(instructions).toContain('local__, remote__, files__');
    expect(instructions).toMatch(/The server broken is not available.*\/nowhere\/at\/all/);
    expect(sdk.client.getServerCapabilities()).toMatchObject({
      tools: { listChanged: true },
      resources: { subscribe: true },
      logging: {},
      completions: {},
    });
  });

  it('lists the tools of all, under names that lead to each', async () => {
    const names = async () => (await sdk.client.listTools()).tools.map(({ name }) => name);
    // The server adds some once the client is initialized.
    await expect
      .poll(names)
      .toEqual(
        expect.arrayContaining([
          'local__echo',
          'remote__get-sum',
          'files__read_text_file',
          'local__trigger-sampling-request',
          'remote__trigger-sampling-request',
        ]),
      );
    // The policy denies this one.
    expect(await names()).not.toContain('remote__echo');
    expect(await sdk.call('local__echo', { message: 'grüße 👋' })).toBe('Echo: grüße 👋');
    expect(await sdk.call('files__read_text_file', { path: file })).toBe('what was written');
  });

  it('is judged and recorded by the real names', async () => {
    const before = readAuditLog(proxy.userData).length;
    await expect(sdk.call('remote__echo', { message: 'hi' })).rejects.toMatchObject({ code: -32001 });
    await sdk.call('local__echo', { message: 'hi' });
    const records = readAuditLog(proxy.userData).slice(before);
    expect(records.map(({ server, tool, decision }) => [server, tool, decision])).toEqual([
      ['remote', 'echo', 'deny'],
      ['local', 'echo', 'allow'],
    ]);
    expect(new Set(records.map(({ session_id }) => session_id)).size).toBe(1);
  });

  it('refuses what no server has', async () => {
    await expect(sdk.call('nobody__echo')).rejects.toMatchObject({ code: -32602 });
    await expect(sdk.call('broken__echo')).rejects.toMatchObject({ code: -32004 });
    await expect(sdk.client.readResource({ uri: 'nothing://at/all' })).rejects.toMatchObject({
      code: -32602,
    });
    await expect(sdk.client.ping()).resolves.toEqual({});
  });

  it('carries the answers of many calls to several servers at once', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const sums = await Promise.all(
      numbers.map((a) => sdk.call(`${a % 2 === 0 ? 'local' : 'remote'}__get-sum`, { a, b: 1000 })),
    );
    expect(sums.map((text) => /is (\d+)/.exec(text)?.[1])).toEqual(numbers.map((a) => String(a + 1000)));
  });

  it.each(['local', 'remote'])('carries sampling, elicitation and roots of %s', async (server) => {
    const asked = count(sdk.heard, 'sampling');
    expect(await sdk.call(`${server}__trigger-sampling-request`, { prompt: 'say' })).toContain(
      'a sampled answer',
    );
    expect(count(sdk.heard, 'sampling')).toBe(asked + 1);
    expect(await sdk.call(`${server}__trigger-elicitation-request`)).toContain('Name: Ada Lovelace');
    expect(await sdk.call(`${server}__get-roots-list`)).toContain('file:///somewhere/project');
  });

  it('tells all servers of changed roots', async () => {
    const before = count(sdk.heard, 'roots');
    await sdk.client.sendRootsListChanged();
    await expect.poll(() => count(sdk.heard, 'roots')).toBeGreaterThanOrEqual(before + 2);
  });

  it('carries questions of two servers at once, each answer to its own', async () => {
    const [one, other] = await Promise.all([
      sdk.call('local__trigger-sampling-request', { prompt: 'one' }),
      sdk.call('remote__trigger-sampling-request', { prompt: 'other' }),
    ]);
    expect([one, other]).toEqual([
      expect.stringContaining('a sampled answer'),
      expect.stringContaining('a sampled answer'),
    ]);
  });

  it('carries progress, in order and before the result', async () => {
    const before = sdk.heard.length;
    await sdk.call(
      'remote__trigger-long-running-operation',
      { duration: 0.3, steps: 3 },
      { onprogress: () => undefined },
    );
    expect(sdk.heard.slice(before).filter((what) => /^(progress|result)/.test(what))).toEqual([
      'progress 1',
      'progress 2',
      'progress 3',
      'result',
    ]);
  });

  it('carries log messages once the level is set', async () => {
    await sdk.client.setLoggingLevel('debug');
    for (const server of ['local', 'remote']) {
      const before = sdk.heard.length;
      expect(await sdk.call(`${server}__toggle-simulated-logging`)).toContain('Started');
      await expect
        .poll(() => sdk.heard.slice(before).filter((what) => /^log .*level/i.test(what)))
        .not.toEqual([]);
      await sdk.call(`${server}__toggle-simulated-logging`);
    }
  });

  it('reads resources, and carries updates of those that are subscribed to', async () => {
    const uri = 'demo://resource/dynamic/text/1';
    const { contents } = await sdk.client.readResource({ uri });
    expect(contents[0]?.uri).toBe(uri);
    // Both have it: that of the second one leads to it by its name.
    const named = await sdk.client.readResource({ uri: `remote+${uri}` });
    expect(named.contents[0]?.uri).toBe(`remote+${uri}`);
    await sdk.client.subscribeResource({ uri });
    await sdk.call('local__toggle-subscriber-updates');
    await expect.poll(() => sdk.heard).toContain(`updated ${uri}`);
    await sdk.call('local__toggle-subscriber-updates');
    await sdk.client.unsubscribeResource({ uri });
  });

  it('gives links to resources in results, by which they can be read', async () => {
    const { content } = await sdk.client.callTool({
      name: 'remote__get-resource-links',
      arguments: { count: 2 },
    });
    const links = (content as { type: string; uri?: string }[]).filter(
      ({ type }) => type === 'resource_link',
    );
    expect(links).not.toEqual([]);
    for (const { uri = '' } of links) {
      expect((await sdk.client.readResource({ uri })).contents[0]?.uri).toBe(uri);
    }
    const reads = readAuditLog(proxy.userData).filter(({ method }) => method === 'resources/read');
    expect(reads.at(-1)?.server).toBe('remote');
  });

  it('carries word of a changed list', async () => {
    const before = count(sdk.heard, 'resources changed');
    await sdk.call('local__gzip-file-as-resource', { name: `${inbound}.gz`, data: 'data:text/plain,hello' });
    await expect.poll(() => count(sdk.heard, 'resources changed')).toBeGreaterThan(before);
  });

  it('gets a prompt and completes an argument', async () => {
    const { prompts } = await sdk.client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['local__args-prompt', 'remote__args-prompt']),
    );
    const prompt = await sdk.client.getPrompt({ name: 'remote__args-prompt', arguments: { city: 'Paris' } });
    expect(JSON.stringify(prompt)).toContain('Paris');
    const { completion } = await sdk.client.complete({
      ref: { type: 'ref/prompt', name: 'remote__completable-prompt' },
      argument: { name: 'department', value: 'E' },
    });
    expect(completion.values).toEqual(['Engineering']);
  });

  it('cancels a call, and goes on', async () => {
    const cancel = new AbortController();
    const call = sdk.call(
      'local__trigger-long-running-operation',
      { duration: 5, steps: 50 },
      { signal: cancel.signal, onprogress: () => cancel.abort('enough') },
    );
    await expect(call).rejects.toThrow('enough');
    expect(await sdk.call('local__echo', { message: 'still here' })).toBe('Echo: still here');
    const cancelled = () => readAuditLog(proxy.userData).filter(({ status }) => status === 'cancelled');
    await expect
      .poll(() => cancelled().map(({ server, tool }) => `${server} ${tool ?? ''}`))
      .toContain('local trigger-long-running-operation');
  });
});

describe('a server that is killed', () => {
  it('takes only its own calls and tools with it, and comes back by itself', async () => {
    const sdk = await connectSdkClient('streamable-http', proxy.url, '/all/mcp');
    onTestFinished(() => sdk.close());
    const names = async () => (await sdk.client.listTools()).tools.map(({ name }) => name);
    expect(await names()).toContain('remote__get-sum');
    const long = { duration: 20, steps: 20 };
    const [mine, lost] = [new AbortController(), sdk.call('remote__trigger-long-running-operation', long)];
    const goesOn = sdk.call('local__trigger-long-running-operation', long, { signal: mine.signal });
    await remote.close();
    await expect(lost).rejects.toMatchObject({ code: -32004 });
    expect(await names()).not.toContain('remote__get-sum');
    expect(await sdk.call('local__get-sum', { a: 1, b: 2 })).toContain('3');
    mine.abort('enough');
    await expect(goesOn).rejects.toThrow('enough');

    remote = await startEverything('streamableHttp', remotePort);
    await expect.poll(names, { timeout: 15_000, interval: 300 }).toContain('remote__get-sum');
    expect(sdk.heard).toContain('tools changed');
    expect(await sdk.call('remote__get-sum', { a: 1, b: 2 })).toContain('3');
  }, 40_000);
});

describe('a client', () => {
  it('of 2026-07-28 is told to fall back to a session', async () => {
    const params = {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    };
    const reply = await send(`${proxy.url}/all/mcp`, {
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params }),
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' },
    });
    expect(reply.status).toBe(400);
    const { error } = JSON.parse(reply.body) as { error: { code: number; message: string } };
    expect(error.message).toMatch(/initialize/);
    // Neither of the codes by which it would take us for a server of its own era.
    expect([-32020, -32021, -32022, -32601]).not.toContain(error.code);
  });

  it('that speaks stdio reaches all of them by the bridge', async () => {
    const bridge = startBridge('--url', proxy.url, '--server', 'all');
    onTestFinished(() => bridge.hangUp());
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    bridge.say(
      JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    );
    expect(await bridge.hear('"id":1,')).toContain('files__read_text_file');
  });
});
