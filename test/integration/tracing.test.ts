// Traces of calls, as a collector gets them: one trace from client to server over every transport, and what it says of the end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pendingApproval } from '../../electron/shared/approvals.ts';
import { startEverything } from './everything-server.ts';
import { type RunningProxy, startProxy } from './harness.ts';
import { modernServers } from './modern-fixture.ts';
import { connectModernSdkClient } from './modern-sdk-client.ts';
import { send } from './raw-http.ts';
import { claims, postModern } from './raw-modern.ts';
import { openRawSession, type RawSession } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { connectSdkClient } from './sdk-client.ts';
import { type CollectedSpan, type SpanCollector, startSpanCollector } from './span-collector.ts';

const policy = `package mcp.policy

default decision := {"allow": true, "matched_rule": "all"}

decision := {"allow": false, "matched_rule": "no_secrets", "violations": [sprintf("not %v", [input.arguments.word])]} if {
	input.tool == "forbidden"
}

decision := {"allow": true, "ask": true, "matched_rule": "ask"} if input.tool == "asked"
`;
const canary = 'canary-3f1c9a';

let collector: SpanCollector;
let raw: RawUpstream;
let proxy: RunningProxy;
let lastTrace = 0;

/** Of a client: its trace, and the span that its call is below. */
function newContext() {
  const traceId = (lastTrace += 1).toString(16).padStart(32, 'a');
  const spanId = 'b'.repeat(16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** The spans of a trace, once that of the client's request is among them: it ends last. */
async function traceOf(traceId: string): Promise<Record<string, CollectedSpan>> {
  let spans: CollectedSpan[] = [];
  await expect
    .poll(
      () => {
        spans = collector.spans().filter((span) => span.traceId === traceId);
        return spans.map(({ kind }) => kind);
      },
      { timeout: 10_000 },
    )
    .toContain('server');
  return Object.fromEntries(
    spans.map((span) => [span.kind === 'internal' ? span.name : (span.kind ?? ''), span]),
  );
}

const retry = { enabled: true, max_attempts: 2, initial_delay: '10ms' };

beforeAll(async () => {
  collector = await startSpanCollector();
  raw = await startRawUpstream('http');
  const [stdio, http] = await Promise.all([startEverything('stdio'), startEverything('streamableHttp')]);
  const modern = await modernServers();
  proxy = await startProxy({
    config: {
      upstream: { ...raw.section, era: 'legacy', request_timeout: '4s', retry },
      servers: {
        'legacy-stdio': stdio.section,
        'legacy-http': http.section,
        'modern-http': modern.http,
        'modern-stdio': modern.stdio,
        'raw-modern': { ...raw.section, era: 'modern' },
        gone: { url: 'http://127.0.0.1:9/mcp', era: 'modern' },
      },
      tracing: { endpoint: collector.url, interval: '50ms' },
      api: { enabled: true },
      approvals: { wait_for_api: true },
    },
    policies: { 'tracing.rego': policy },
  });
});
afterAll(async () => {
  await proxy.stop();
  await raw.close();
});

describe.each(['sse', 'streamable-http', 'stateless HTTP'] as const)('a client over %s', (inbound) => {
  it.each(['stdio', 'http'] as const)('and a server over %s: one call is one trace', async (outbound) => {
    const context = newContext();
    const _meta = { traceparent: context.traceparent, tracestate: 'vendor=1' };
    const isModern = inbound === 'stateless HTTP';
    const server = `${isModern ? 'modern' : 'legacy'}-${outbound}`;
    const tool = isModern ? 'sum' : 'get-sum';
    const call = { name: tool, arguments: { a: 1, b: 2 }, _meta };
    if (isModern) {
      const { client } = await connectModernSdkClient('http', proxy.url, server);
      await client.callTool(call);
      await client.close();
    } else {
      const path = `/servers/${server}/${inbound === 'sse' ? 'sse' : 'mcp'}`;
      const sdk = await connectSdkClient(inbound, proxy.url, path);
      await sdk.client.callTool(call);
      await sdk.close();
    }
    const trace = await traceOf(context.traceId);
    expect(Object.keys(trace).sort()).toEqual(['audit', 'client', 'policy', 'server']);
    const request = trace.server ?? expect.unreachable();
    expect(request).toMatchObject({
      name: `tools/call ${tool}`,
      parentSpanId: context.spanId,
      traceState: 'vendor=1',
      status: 'unset',
      attributes: {
        'mcp.method.name': 'tools/call',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': tool,
        'jsonrpc.request.id': expect.stringMatching(/^\d+$/) as string,
        'network.transport': 'tcp',
        'client.address': '127.0.0.1',
        'mcp_proxy.server': server,
        'mcp_proxy.agent.id': 'anonymous',
        'mcp_proxy.request.id': expect.stringMatching(/^req_/) as string,
        'mcp_proxy.verdict.allow': true,
        'mcp_proxy.verdict.reason': 'policy',
        'mcp_proxy.policy.rule': 'all',
        'mcp_proxy.policy.mode': 'enforce',
      },
    });
    expect('mcp.session.id' in request.attributes).toBe(!isModern);
    expect(trace.client).toMatchObject({
      name: `tools/call ${tool}`,
      status: 'unset',
      attributes: { 'network.transport': outbound === 'stdio' ? 'pipe' : 'tcp', 'gen_ai.tool.name': tool },
    });
    if (outbound === 'http') expect(trace.client?.attributes).toHaveProperty(['server.port']);
    expect(trace.policy?.attributes).toEqual({ 'mcp_proxy.policy.decision': 'allow' });
    // Each step is inside the request, and after the one before it.
    let before = request.startTimeUnixNano;
    for (const step of [trace.policy, trace.audit, trace.client]) {
      expect(step?.parentSpanId).toBe(request.spanId);
      expect(step?.startTimeUnixNano).toBeGreaterThanOrEqual(before);
      before = step?.endTimeUnixNano ?? before;
    }
    expect(before).toBeLessThanOrEqual(request.endTimeUnixNano);
  });
});

describe('what a server is told of the trace', () => {
  const arrived = () => {
    const { params } = JSON.parse(raw.received().at(-1)?.toString() ?? '') as {
      params: { _meta: Record<string, unknown> };
    };
    return params._meta;
  };
  const ask = (meta: Readonly<Record<string, unknown>>, headers: Record<string, string> = {}) =>
    postModern(
      `${proxy.url}/servers/raw-modern/mcp`,
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'raw', arguments: {}, _meta: { ...claims, big: 1, ...meta } },
      }),
      headers,
    );

  it('is the span that the proxy asks it in, with the state and the baggage of the client', async () => {
    const { traceId, traceparent } = newContext();
    await ask({ traceparent, tracestate: 'a=1', baggage: 'b=2' });
    const trace = await traceOf(traceId);
    expect(arrived()).toEqual({
      ...claims,
      big: 1,
      traceparent: `00-${traceId}-${trace.client?.spanId ?? ''}-01`,
      tracestate: 'a=1',
      baggage: 'b=2',
    });
  });

  it('comes from the headers of the request where the message says nothing', async () => {
    const { traceId, spanId, traceparent } = newContext();
    await ask({}, { traceparent, tracestate: 'a=1', baggage: 'b=2' });
    const trace = await traceOf(traceId);
    expect(trace.server?.parentSpanId).toBe(spanId);
    expect(arrived()).toMatchObject({
      traceparent: `00-${traceId}-${trace.client?.spanId ?? ''}-01`,
      tracestate: 'a=1',
      baggage: 'b=2',
    });
  });

  it('comes from the message where both say something; the request is linked', async () => {
    const [inMeta, inHeaders] = [newContext(), newContext()];
    await ask({ traceparent: inMeta.traceparent }, { traceparent: inHeaders.traceparent });
    const trace = await traceOf(inMeta.traceId);
    expect(trace.server?.links).toEqual([{ traceId: inHeaders.traceId, spanId: inHeaders.spanId }]);
  });

  it('is a new trace where what the client says is no context, whose state counts for nothing', async () => {
    const before = collector.spans().length;
    await ask({ traceparent: '00-xyz', tracestate: 'a=1' });
    const meta = arrived();
    expect(Object.keys(meta)).toEqual([...Object.keys(claims), 'big', 'traceparent']);
    const [, traceId = ''] = String(meta.traceparent).split('-');
    expect((await traceOf(traceId)).server?.parentSpanId).toBe('');
    expect(collector.spans().length).toBeGreaterThan(before);
  });

  it('is what the client said, byte for byte, where that is not to be sampled', async () => {
    const { traceId, spanId } = newContext();
    const traceparent = `00-${traceId}-${spanId}-00`;
    await ask({ traceparent });
    expect(arrived()).toEqual({ ...claims, big: 1, traceparent });
    await ask({});
    const [, next = ''] = String(arrived().traceparent).split('-');
    await traceOf(next);
    expect(collector.spans().filter((span) => span.traceId === traceId)).toEqual([]);
  });
});

describe('a call that does not end well', () => {
  let session: RawSession;

  beforeAll(async () => {
    session = await openRawSession('streamable-http', proxy.url);
  });
  afterAll(() => session.close());

  function call(id: string, tool: string, args: object = {}) {
    const { traceId, traceparent } = newContext();
    const params = { name: tool, arguments: { ...args, word: canary }, _meta: { traceparent } };
    const request = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
    return { traceId, answer: session.ask(request) };
  }

  const replying = (answer: object) => ({
    reply: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...answer }).replace('"$id"', '$id')).toString(
      'base64',
    ),
  });

  it('is denied: without a span for its server', async () => {
    const { traceId, answer } = call('denied', 'forbidden');
    expect(await answer).toEqual([expect.stringContaining('-32001') as string]);
    const trace = await traceOf(traceId);
    expect(Object.keys(trace).sort()).toEqual(['audit', 'policy', 'server']);
    expect(trace.policy?.attributes).toEqual({ 'mcp_proxy.policy.decision': 'deny' });
    expect(trace.server).toMatchObject({
      status: 'error',
      attributes: {
        'error.type': '-32001',
        'rpc.response.status_code': '-32001',
        'mcp_proxy.error': 'policy_violation',
        'mcp_proxy.verdict.allow': false,
        'mcp_proxy.policy.rule': 'no_secrets',
      },
    });
  });

  it('is asked about: the wait has a span', async () => {
    const { traceId, answer } = call('asked', 'asked');
    const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const waiting = async () => {
      const response = await fetch(`${proxy.url}/api/approvals`, { headers });
      return z.array(pendingApproval).parse(await response.json());
    };
    await expect.poll(waiting, { timeout: 10_000 }).toHaveLength(1);
    const [asked] = await waiting();
    const wish = JSON.stringify({ allow: true });
    await fetch(`${proxy.url}/api/approvals/${asked?.id ?? ''}`, { method: 'POST', headers, body: wish });
    await answer;
    const trace = await traceOf(traceId);
    expect(trace.approval?.attributes).toEqual({
      'mcp_proxy.approval.allow': true,
      'mcp_proxy.approval.by': 'person',
      'mcp_proxy.approval.edited': false,
    });
    expect(trace.server).toMatchObject({
      status: 'unset',
      attributes: { 'mcp_proxy.verdict.reason': 'person' },
    });
    expect(trace.approval?.endTimeUnixNano).toBeLessThanOrEqual(trace.audit?.startTimeUnixNano ?? 0n);
  });

  it.each(['asked', 'slow'])('is cancelled by its client: %s', async (tool) => {
    const { traceId, answer } = call(`cancelled ${tool}`, tool, { hang: true });
    const cancel = { method: 'notifications/cancelled', params: { requestId: `cancelled ${tool}` } };
    const isThere = () =>
      tool === 'slow'
        ? raw.received().some((bytes) => bytes.includes('cancelled slow'))
        : collector.spans().some((span) => span.traceId === traceId && span.name === 'policy');
    await expect.poll(isThere, { timeout: 10_000 }).toBe(true);
    await session.post(JSON.stringify({ jsonrpc: '2.0', ...cancel }));
    await answer;
    const trace = await traceOf(traceId);
    const cancelled = { status: 'error', attributes: { 'error.type': 'cancelled' } };
    expect(trace.server).toMatchObject(cancelled);
    if (tool === 'slow') expect(trace.client).toMatchObject(cancelled);
    else expect(trace.approval?.attributes).toMatchObject({ 'mcp_proxy.approval.by': 'withdrawn' });
  });

  it('takes its server too long', async () => {
    const { traceId, answer } = call('late', 'late', { hang: true });
    expect(await answer).toEqual([expect.stringContaining('-32004') as string]);
    const trace = await traceOf(traceId);
    expect(trace.client).toMatchObject({ status: 'error', attributes: { 'error.type': 'timeout' } });
    expect(trace.server).toMatchObject({ status: 'error', attributes: { 'error.type': '-32004' } });
  });

  it('is answered with an error', async () => {
    const failed = replying({ id: '$id', error: { code: -32602, message: `bad ${canary}` } });
    const { traceId, answer } = call('error', 'error', failed);
    await answer;
    const trace = await traceOf(traceId);
    const expected = {
      status: 'error',
      attributes: { 'error.type': '-32602', 'rpc.response.status_code': '-32602' },
    };
    expect(trace).toMatchObject({ client: expected, server: expected });
  });

  it('has a tool that failed', async () => {
    const failed = replying({
      id: '$id',
      result: { isError: true, content: [{ type: 'text', text: canary }] },
    });
    const { traceId, answer } = call('tool error', 'error', failed);
    await answer;
    const expected = { status: 'error', attributes: { 'error.type': 'tool_error' } };
    expect(await traceOf(traceId)).toMatchObject({ client: expected, server: expected });
  });

  it('finds no server', async () => {
    const { traceId, traceparent } = newContext();
    const params = { name: 'x', arguments: {}, _meta: { ...claims, traceparent } };
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    await postModern(`${proxy.url}/servers/gone/mcp`, request);
    const trace = await traceOf(traceId);
    expect(trace.client).toMatchObject({ status: 'error', attributes: { 'error.type': 'upstream_error' } });
    expect(trace.server).toMatchObject({ attributes: { 'error.type': '-32004' } });
    // Log lines about it say which trace it is of.
    const [line = ''] = /.*upstream_retries.*/u.exec(proxy.output().stderr) ?? [];
    const requestId = trace.server?.attributes['mcp_proxy.request.id'];
    expect(JSON.parse(line)).toMatchObject({ requestId, traceId });
  });

  it('says nothing of arguments, results, or the words of policies and servers', () => {
    expect(collector.requests.length).toBeGreaterThan(0);
    for (const { bytes } of collector.requests) expect(bytes.includes(canary)).toBe(false);
  });
});

describe('a secret in a name or URI', () => {
  it('is taken out', async () => {
    const { traceId, traceparent } = newContext();
    const secret = `ghp_${'aB3'.repeat(12)}`;
    const params = { uri: `file:///${secret}`, _meta: { ...claims, traceparent } };
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/read', params });
    const headers = { 'mcp-name': params.uri };
    await postModern(`${proxy.url}/servers/raw-modern/mcp`, request, headers);
    const trace = await traceOf(traceId);
    expect(trace.server?.attributes['mcp.resource.uri']).toMatch(/^file:\/\/\/\[redacted:/);
    expect(trace.server?.name).toBe('resources/read');
    for (const { bytes } of collector.requests) expect(bytes.includes(secret)).toBe(false);
  });
});

describe('without an endpoint', () => {
  it('nothing is traced, whatever the environment says, and messages are the bytes that came', async () => {
    const elsewhere = await startSpanCollector();
    const upstream = await startRawUpstream('http');
    const off = await startProxy({
      config: { upstream: { ...upstream.section, era: 'modern' }, policy: { enabled: false } },
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere.url,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${elsewhere.url}/v1/traces`,
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_BSP_SCHEDULE_DELAY: '1',
      },
    });
    const { traceparent } = newContext();
    const request = `{"id":1, "jsonrpc":"2.0","method":"tools/call","params":{"arguments":{ },"_meta":${JSON.stringify({ ...claims, traceparent })} ,"name":"raw"}}`;
    await postModern(`${off.url}/mcp`, request, { traceparent: newContext().traceparent, baggage: 'a=1' });
    expect(upstream.received().at(-1)?.toString()).toBe(request);
    await off.stop();
    await upstream.close();
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a collector that is away', () => {
  it('harms no call, and what it misses is counted', async () => {
    const upstream = await startRawUpstream('http');
    const bare = await startProxy({
      config: {
        upstream: { ...upstream.section, era: 'modern' },
        policy: { enabled: false },
        metrics: { enabled: true, port: 0 },
        tracing: {
          endpoint: 'http://127.0.0.1:9',
          interval: '20ms',
          max_queue: 20,
          batch_size: 10,
          timeout: '1s',
        },
      },
    });
    const request = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'raw', arguments: {}, _meta: claims },
    });
    for (let n = 0; n < 40; n += 1) expect((await postModern(`${bare.url}/mcp`, request)).status).toBe(200);
    const [, port = ''] = /"what":"Metrics".*?"port":(\d+)/u.exec(bare.output().stderr) ?? [];
    const scrape = async () => (await send(`http://127.0.0.1:${port}/metrics`, { method: 'GET' })).body;
    await expect.poll(scrape, { timeout: 10_000 }).toMatch(/trace_spans_lost_total\{reason="failed"\} [1-9]/);
    expect(await scrape()).toMatch(/trace_spans_lost_total\{reason="dropped"\} [1-9]/);
    expect(bare.output().stderr.match(/tracing_export_failed/gu)).toHaveLength(1);
    const since = performance.now();
    await bare.stop();
    expect(performance.now() - since).toBeLessThan(6000);
    await upstream.close();
  });
});
