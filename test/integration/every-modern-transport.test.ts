// What MCP offers in 2026-07-28, through the proxy, for every pair of a server's transport and a client's: the names
// are the table.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, allowAll, startProxy } from './harness.ts';
import { modernServers } from './modern-fixture.ts';
import { connectModernSdkClient, type ModernSdkClient } from './modern-sdk-client.ts';

const inbounds = ['http', 'bridge'] as const;
const outbounds = ['http', 'stdio'] as const;
const CANCELLATIONS = /(?<=Zürich )\d+/u;

let proxy: RunningProxy;

beforeAll(async () => {
  proxy = await startProxy({ config: { servers: await modernServers() }, policies: allowAll });
});
afterAll(() => proxy.stop());

describe.each(outbounds)('a modern server over %s', (outbound) => {
  describe.each(inbounds)('to a client over %s', (inbound) => {
    let sdk: ModernSdkClient;
    let neighbour: ModernSdkClient;

    beforeAll(async () => {
      const connect = () => connectModernSdkClient(inbound, proxy.url, outbound);
      [sdk, neighbour] = await Promise.all([connect(), connect()]);
    });
    afterAll(() => Promise.all([sdk.client.close(), neighbour.client.close()]));

    it('is discovered: its era, its capabilities and its name', () => {
      expect(sdk.client.getProtocolEra()).toBe('modern');
      expect(sdk.client.getServerVersion()).toMatchObject({ name: 'modern-fixture' });
      expect(sdk.client.getServerCapabilities()).toMatchObject({ completions: {}, logging: {} });
    });

    it('lists the tools, for this client alone and not for long', async () => {
      const listed = await sdk.client.listTools();
      expect(listed.tools.map(({ name }) => name)).toEqual([
        ...['query', 'sum', 'contents', 'count', 'log', 'wait', 'ask', 'change'],
      ]);
      expect(listed).toMatchObject({ cacheScope: 'private', ttlMs: 60_000 });
    });

    it('calls a tool, an argument of which stands in a header', async () => {
      expect(await sdk.call('query', { region: 'Zürich, west' })).toContain('Zürich, west');
    });

    it('carries the answers of many calls at once to the calls that they belong to', async () => {
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      const sums = [sdk, neighbour].map(({ call }) =>
        Promise.all(numbers.map((a) => call('sum', { a, b: 1000 }))),
      );
      const expected = numbers.map((a) => String(a + 1000));
      expect(await Promise.all(sums)).toEqual([expected, expected]);
    });

    it('carries every kind of content, and structured content', async () => {
      expect(await sdk.call('contents')).toBe('text\nimage\naudio\nresource_link\nresource');
      const sum = await sdk.client.callTool({ name: 'sum', arguments: { a: 1, b: 2 } });
      expect(sum.structuredContent).toEqual({ sum: 3 });
    });

    it('carries progress, in order, to the client that wants it', async () => {
      const told = await Promise.all(
        [sdk, neighbour].map(async ({ call }) => {
          const heard: unknown[] = [];
          await call('count', {}, { onprogress: ({ progress }) => heard.push(progress) });
          return heard;
        }),
      );
      expect(told).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
    });

    it('carries log messages of the level that the request names', async () => {
      const _meta = { 'io.modelcontextprotocol/logLevel': 'info' };
      await sdk.client.callTool({ name: 'log', arguments: {}, _meta });
      expect(sdk.heard.filter((what) => what.startsWith('log'))).toEqual(['log a warning']);
      expect(neighbour.heard.filter((what) => what.startsWith('log'))).toEqual([]);
    });

    it('carries what a tool asks for, the answers, and its state as it was', async () => {
      const answer: unknown = JSON.parse(await sdk.call('ask'));
      expect(answer).toEqual({
        name: 'Ada',
        page: 'accept',
        words: { type: 'text', text: 'a sampled answer' },
        places: ['file:///somewhere/project'],
        stateIsWhatItWas: true,
      });
      const asked = sdk.heard.filter((what) => /^(?:elicitation|sampling|roots)/u.test(what));
      expect(asked.sort()).toEqual([
        'elicitation',
        'elicitation https://example.com/read',
        'roots',
        'sampling',
      ]);
    });

    it('lists resources and their templates', async () => {
      const { resources } = await sdk.client.listResources();
      expect(resources.map(({ uri }) => uri)).toEqual(['note://first']);
      const { resourceTemplates } = await sdk.client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['note://by/{author}']);
    });

    it('reads resources, with what the server says of caches', async () => {
      const first = await sdk.client.readResource({ uri: 'note://first' });
      expect(first).toMatchObject({
        contents: [{ text: 'The first note.' }],
        cacheScope: 'public',
        ttlMs: 60_000,
      });
      const { contents } = await sdk.client.readResource({ uri: 'note://by/Grace' });
      expect(contents).toMatchObject([{ text: 'A note by Grace.' }]);
    });

    it('gets prompts, one of which asks first', async () => {
      const { prompts } = await sdk.client.listPrompts();
      expect(prompts.map(({ name }) => name)).toEqual(['greet', 'greet-me']);
      const greeting = await sdk.client.getPrompt({ name: 'greet', arguments: { name: 'Grace' } });
      expect(greeting.messages).toMatchObject([{ content: { text: 'Greet Grace' } }]);
      const asked = await sdk.client.getPrompt({ name: 'greet-me' });
      expect(asked.messages).toMatchObject([{ content: { text: 'Greet Ada' } }]);
    });

    it('completes an argument of a prompt, and one of a template', async () => {
      const complete = async (ref: Parameters<typeof sdk.client.complete>[0]['ref'], name: string) =>
        (await sdk.client.complete({ ref, argument: { name, value: 'Ad' } })).completion.values;
      expect(await complete({ type: 'ref/prompt', name: 'greet' }, 'name')).toEqual(['Ada', 'Adam']);
      const template = { type: 'ref/resource', uri: 'note://by/{author}' } as const;
      expect(await complete(template, 'author')).toEqual(['Ada', 'Adam']);
    });

    it('carries changes to each client that listens, of what it listens for', async () => {
      const everything = await sdk.client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ['note://first'],
      });
      const little = await neighbour.client.listen({ promptsListChanged: true });
      await sdk.call('change');
      const changes = ({ heard }: ModernSdkClient) =>
        heard.filter((what) => /changed|updated/u.test(what)).sort();
      await expect
        .poll(() => changes(sdk))
        .toEqual(['prompts changed', 'resources changed', 'tools changed', 'updated note://first']);
      await expect.poll(() => changes(neighbour)).toEqual(['prompts changed']);

      await everything.close();
      expect(await everything.closed).toBe('local');
      neighbour.heard.length = 0;
      await sdk.call('change');
      await expect.poll(() => changes(neighbour)).toEqual(['prompts changed']);
      expect(changes(sdk)).toHaveLength(4);
      await little.close();
    });

    it('cancels a call, and goes on', async () => {
      const cancellations = async () =>
        Number(CANCELLATIONS.exec(await sdk.call('query', { region: 'Zürich' }))?.[0]);
      const before = await cancellations();
      const enough = new AbortController();
      const call = sdk.call('wait', {}, { signal: enough.signal });
      setTimeout(() => enough.abort('enough'), 200);
      await expect(call).rejects.toThrow('enough');
      await expect.poll(cancellations).toBe(before + 1);
    });
  });
});

it('has each call in the audit log, and how it ended', async () => {
  await proxy.stop();
  const rows = readAuditLog(proxy.userData);
  const pairs = inbounds.length * outbounds.length;
  expect(rows.filter((row) => row.status === 'pending')).toEqual([]);
  expect(rows.filter((row) => row.tool === 'sum')).toHaveLength((2 * 20 + 1) * pairs);
  expect(rows.filter((row) => row.tool === 'wait').map((row) => row.status)).toEqual(
    Array.from({ length: pairs }, () => 'cancelled'),
  );
  // The question, and the same call again with the answers.
  expect(rows.filter((row) => row.tool === 'ask').map((row) => row.status)).toEqual(
    Array.from({ length: 2 * pairs }, () => 'ok'),
  );
});
