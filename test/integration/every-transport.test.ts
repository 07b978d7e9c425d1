// What MCP offers, through the proxy, for every pair of a server's transport and a client's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type EverythingServer, type EverythingTransport, startEverything } from './everything-server.ts';
import { type RunningProxy, allowAll, startProxy } from './harness.ts';
import type { Inbound } from './raw-session.ts';
import { type SdkClient, connectSdkClient } from './sdk-client.ts';

const upstreams: EverythingTransport[] = ['stdio', 'sse', 'streamableHttp'];
const inbounds: Inbound[] = ['sse', 'streamable-http'];

describe.each(upstreams)('server-everything over %s', (transport) => {
  let server: EverythingServer;
  let proxy: RunningProxy;

  beforeAll(async () => {
    server = await startEverything(transport);
    proxy = await startProxy({ config: { upstream: server.section }, policies: allowAll });
  });
  afterAll(async () => {
    await proxy.stop();
    await server.close();
  });

  describe.each(inbounds)('to a client over %s', (inbound) => {
    let sdk: SdkClient;

    beforeAll(async () => {
      sdk = await connectSdkClient(inbound, proxy.url);
    });
    afterAll(() => sdk.close());

    it('lists the tools, those that depend on what the client can do among them', async () => {
      // The server adds these once the client is initialized.
      await expect
        .poll(async () => (await sdk.client.listTools()).tools.map((tool) => tool.name))
        .toEqual(
          expect.arrayContaining([
            'echo',
            'get-roots-list',
            'trigger-sampling-request',
            'trigger-elicitation-request',
          ]),
        );
    });

    it('calls a tool', async () => {
      expect(await sdk.call('echo', { message: 'grüße 👋' })).toBe('Echo: grüße 👋');
    });

    it('carries the answers of many calls at once to the calls that they belong to', async () => {
      const numbers = Array.from({ length: 40 }, (_, index) => index);
      const sums = await Promise.all(numbers.map((a) => sdk.call('get-sum', { a, b: 1000 })));
      expect(sums.map((text) => /is (\d+)/.exec(text)?.[1])).toEqual(numbers.map((a) => String(a + 1000)));
    });

    it('carries progress, in order and before the result', async () => {
      const before = sdk.heard.length;
      await sdk.call(
        'trigger-long-running-operation',
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

    it('carries a sampling request to the client and its answer back', async () => {
      expect(await sdk.call('trigger-sampling-request', { prompt: 'say something' })).toContain(
        'a sampled answer',
      );
      expect(sdk.heard).toContain('sampling');
    });

    it('carries an elicitation to the client and its answer back', async () => {
      expect(await sdk.call('trigger-elicitation-request')).toContain('Name: Ada Lovelace');
      expect(sdk.heard).toContain('elicitation');
    });

    it("asks for the client's roots, and again when they change", async () => {
      expect(await sdk.call('get-roots-list')).toContain('file:///somewhere/project');
      const before = sdk.heard.filter((what) => what === 'roots').length;
      await sdk.client.sendRootsListChanged();
      await expect.poll(() => sdk.heard.filter((what) => what === 'roots').length).toBe(before + 1);
    });

    it('carries log messages once the level is set', async () => {
      await sdk.client.setLoggingLevel('debug');
      expect(await sdk.call('toggle-simulated-logging')).toContain('Started');
      await expect.poll(() => sdk.heard.filter((what) => /^log .*level/i.test(what))).not.toEqual([]);
      expect(await sdk.call('toggle-simulated-logging')).toContain('Stopped');
    });

    it('reads resources, and carries updates of those that are subscribed to', async () => {
      const uri = 'demo://resource/dynamic/text/1';
      const { contents } = await sdk.client.readResource({ uri });
      expect(contents[0]?.uri).toBe(uri);
      await sdk.client.subscribeResource({ uri });
      await sdk.call('toggle-subscriber-updates');
      await expect.poll(() => sdk.heard).toContain(`updated ${uri}`);
      await sdk.call('toggle-subscriber-updates');
      await sdk.client.unsubscribeResource({ uri });
    });

    it('carries word of a changed list', async () => {
      await sdk.call('gzip-file-as-resource', { name: `${inbound}.gz`, data: 'data:text/plain,hello' });
      await expect.poll(() => sdk.heard).toContain('resources changed');
    });

    it('gets a prompt and completes an argument', async () => {
      const { prompts } = await sdk.client.listPrompts();
      expect(prompts.map((prompt) => prompt.name)).toContain('args-prompt');
      const prompt = await sdk.client.getPrompt({ name: 'args-prompt', arguments: { city: 'Paris' } });
      expect(JSON.stringify(prompt)).toContain('Paris');
    });

    it('cancels a call, and goes on', async () => {
      const cancel = new AbortController();
      const call = sdk.call(
        'trigger-long-running-operation',
        { duration: 5, steps: 50 },
        { signal: cancel.signal, onprogress: () => cancel.abort('enough') },
      );
      await expect(call).rejects.toThrow('enough');
      expect(await sdk.call('echo', { message: 'still here' })).toBe('Echo: still here');
      const cancelled = () => readAuditLog(proxy.userData).filter((row) => row.status === 'cancelled');
      await expect.poll(() => cancelled().map((row) => row.tool)).toContain('trigger-long-running-operation');
    });
  });

  it('has each call in the audit log, and how it ended', async () => {
    await proxy.stop();
    const rows = readAuditLog(proxy.userData);
    expect(rows.filter((row) => row.status === 'pending')).toEqual([]);
    expect(rows.filter((row) => row.tool === 'get-sum')).toHaveLength(80);
    expect(rows.find((row) => row.tool === 'echo')).toMatchObject({
      client: 'sdk client',
      method: 'tools/call',
      arguments: '{"message":"grüße 👋"}',
      decision: 'allow',
      reason: 'policy',
      status: 'ok',
    });
  });
});
