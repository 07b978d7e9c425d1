// What MCP offers, through the proxy, for every pair of a server's transport and a client's: the names are the table.
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { bridgeCommand } from './bridge-process.ts';
import { type EverythingServer, type EverythingTransport, startEverything } from './everything-server.ts';
import { type RunningProxy, allowAll, startProxy } from './harness.ts';
import { type SdkClient, connectSdkClient, connectSdkClientBy } from './sdk-client.ts';

const upstreams: EverythingTransport[] = ['stdio', 'sse', 'streamableHttp'];
const inbounds = ['sse', 'streamable-http', 'the stdio bridge'] as const;

function connect(inbound: (typeof inbounds)[number], proxy: RunningProxy): Promise<SdkClient> {
  if (inbound !== 'the stdio bridge') return connectSdkClient(inbound, proxy.url);
  return connectSdkClientBy(new StdioClientTransport(bridgeCommand('--user-data', proxy.userData)));
}

/** Runs a tool as a task, and gives what is heard of it until its result: `taskCreated`, `taskStatus` and so on. */
async function research({ client }: SdkClient): Promise<{ steps: string[]; text: string }> {
  const steps: string[] = [];
  let text = '';
  const given = { name: 'simulate-research-query', arguments: { topic: 'python', ambiguous: true } };
  for await (const heard of client.experimental.tasks.callToolStream(given, undefined, { task: {} })) {
    steps.push(heard.type === 'taskStatus' ? heard.task.status : heard.type);
    if (heard.type === 'result') text = JSON.stringify(heard.result);
  }
  return { steps, text };
}

describe.each(upstreams)('server-everything over %s', (transport) => {
  let server: EverythingServer;
  let proxy: RunningProxy;
  const clients = new Map<string, SdkClient>();
  /** They take seconds, so those of all clients are under way together, while the other tests go on. */
  const tasks = new Map<string, ReturnType<typeof research>>();

  beforeAll(async () => {
    server = await startEverything(transport);
    proxy = await startProxy({ config: { upstream: server.section }, policies: allowAll });
    for (const inbound of inbounds) {
      const sdk = await connect(inbound, proxy);
      clients.set(inbound, sdk);
      tasks.set(inbound, research(sdk));
    }
  });
  afterAll(async () => {
    await proxy.stop();
    await server.close();
  });

  describe.each(inbounds)('to a client over %s', (inbound) => {
    let sdk: SdkClient;

    beforeAll(() => {
      sdk = clients.get(inbound) ?? expect.unreachable();
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
            'trigger-url-elicitation',
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
      const heard = sdk.heard.slice(before);
      expect(heard.filter((what) => what.startsWith('progress'))).toEqual([
        'progress 1',
        'progress 2',
        'progress 3',
      ]);
      // Results of the task are among what is heard meanwhile.
      expect(heard.lastIndexOf('result')).toBeGreaterThan(heard.lastIndexOf('progress 3'));
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

    it('carries an elicitation by URL, asked for and demanded by an error', async () => {
      const url = `https://example.com/${encodeURIComponent(inbound)}`;
      expect(await sdk.call('trigger-url-elicitation', { url })).toContain('User completed');
      expect(sdk.heard).toContain(`elicitation ${url}`);
      const demanded = sdk.call('trigger-url-elicitation', { url, errorPath: true });
      await expect(demanded).rejects.toMatchObject({
        code: -32042,
        data: { elicitations: [{ mode: 'url' }] },
      });
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

    it('carries every kind of content, and structured content', async () => {
      expect(await sdk.call('get-tiny-image')).toContain('image');
      expect(await sdk.call('get-resource-links', { count: 2 })).toContain('resource_link');
      expect(await sdk.call('get-resource-reference')).toContain('resource');
      const weather = { name: 'get-structured-content', arguments: { location: 'Chicago' } };
      expect(await sdk.client.callTool(weather)).toMatchObject({ structuredContent: { temperature: 36 } });
    });

    it('lists resources and their templates', async () => {
      expect((await sdk.client.listResources()).resources).not.toEqual([]);
      const { resourceTemplates } = await sdk.client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
        'demo://resource/dynamic/text/{resourceId}',
      );
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
      await sdk.call('gzip-file-as-resource', { name: 'hello.gz', data: 'data:text/plain,hello' });
      await expect.poll(() => sdk.heard).toContain('resources changed');
    });

    it('gets a prompt', async () => {
      const { prompts } = await sdk.client.listPrompts();
      expect(prompts.map((prompt) => prompt.name)).toContain('args-prompt');
      const prompt = await sdk.client.getPrompt({ name: 'args-prompt', arguments: { city: 'Paris' } });
      expect(JSON.stringify(prompt)).toContain('Paris');
    });

    it('completes an argument of a prompt, by the arguments before it', async () => {
      const { completion } = await sdk.client.complete({
        ref: { type: 'ref/prompt', name: 'completable-prompt' },
        argument: { name: 'name', value: 'B' },
        context: { arguments: { department: 'Engineering' } },
      });
      expect(completion.values).toEqual(['Bob']);
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

    it('runs a task: makes it, tells how it is, asks in the middle of it, and has its result', async () => {
      const { steps = [], text } = (await tasks.get(inbound)) ?? {};
      expect(steps[0]).toBe('taskCreated');
      expect(steps).toEqual(expect.arrayContaining(['working', 'input_required']));
      expect(steps.at(-1)).toBe('result');
      expect(text).toContain('programming');
    });
  });

  it('has each call in the audit log, and how it ended', async () => {
    await proxy.stop();
    const rows = readAuditLog(proxy.userData);
    expect(rows.filter((row) => row.status === 'pending')).toEqual([]);
    expect(rows.filter((row) => row.tool === 'get-sum')).toHaveLength(40 * inbounds.length);
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
