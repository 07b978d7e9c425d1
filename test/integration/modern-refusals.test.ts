// A modern request that is not as it has to be: what its client is told, what the server is spared, and what is recorded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, startProxy } from './harness.ts';
import { modernServers } from './modern-fixture.ts';
import { send } from './raw-http.ts';
import { claims, MODERN, postModern } from './raw-modern.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const policy = `package mcp.policy

default allow = true

deny { input.tool == "forbidden" }
`;

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const without = (key: string) => Object.fromEntries(Object.entries(claims).filter(([name]) => name !== key));

const message = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 'seven', method, params: { _meta: claims, ...params } });
const call = (name = 'tool') => message('tools/call', { name, arguments: {} });
const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

let upstream: RawUpstream;
let proxy: RunningProxy;

beforeAll(async () => {
  upstream = await startRawUpstream('http');
  const servers = { raw: { ...upstream.section, era: 'modern' }, ...(await modernServers()) };
  proxy = await startProxy({ config: { servers }, policies: { 'policy.rego': policy } });
});
afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

const urlOf = (server: string) => `${proxy.url}/servers/${server}/mcp`;
const lastRecord = () => readAuditLog(proxy.userData).at(-1);

interface Wrong {
  readonly body?: string;
  readonly headers?: Record<string, string | null>;
}

/** Status, code, and the reason in the record. */
type Refused = [status: number, code: number, reason: string];

const mismatch: Refused = [400, -32020, 'malformed'];
const invalid: Refused = [400, -32600, 'malformed'];
const cases: Record<string, [Wrong, Refused]> = {
  'another version in the header': [{ headers: { 'mcp-protocol-version': '2027-01-01' } }, mismatch],
  'another method in the header': [{ headers: { 'mcp-method': 'tools/list' } }, mismatch],
  'the method in capitals in the header': [{ headers: { 'mcp-method': 'Tools/Call' } }, mismatch],
  'another name in the header': [{ headers: { 'mcp-name': 'harmless' } }, mismatch],
  'another name in the header, encoded': [{ headers: { 'mcp-name': encoded('harmless') } }, mismatch],
  'a name in the header that can not be decoded': [{ headers: { 'mcp-name': '=?base64?!?=' } }, mismatch],
  'another URI in the header': [
    { body: message('resources/read', { uri: 'a:b' }), headers: { 'mcp-name': 'a:c' } },
    mismatch,
  ],
  'no version in the header': [{ headers: { 'mcp-protocol-version': null } }, mismatch],
  'no method in the header': [{ headers: { 'mcp-method': null } }, mismatch],
  'no name in the header': [{ headers: { 'mcp-name': null } }, mismatch],
  'a version that nobody has': [
    {
      body: message('tools/list', { _meta: { ...claims, [versionKey]: '2099-01-01' } }),
      headers: { 'mcp-protocol-version': '2099-01-01' },
    },
    [400, -32022, 'version'],
  ],
  'no version in _meta': [
    { body: message('tools/list', { _meta: without(versionKey) }) },
    [400, -32602, 'malformed'],
  ],
  'no capabilities in _meta': [
    { body: message('tools/list', { _meta: without(capabilitiesKey) }) },
    [400, -32602, 'malformed'],
  ],
  'no _meta at all': [{ body: message('tools/list', { _meta: undefined }) }, [400, -32602, 'malformed']],
  'a method of the older era': [{ body: message('ping') }, [404, -32601, 'version']],
  'the handshake of the older era': [{ body: message('initialize') }, [404, -32601, 'version']],
  'the same key twice': [{ body: call().replace('"name"', '"name":"x","name"') }, invalid],
};

describe('a modern request', () => {
  it.each(Object.entries(cases))('with %s', async (_name, [{ body = call(), headers }, refused]) => {
    const before = upstream.received().length;
    const response = await postModern(urlOf('raw'), body, headers);
    const { id, error } = JSON.parse(response.body) as { id: unknown; error: { code: number } };
    const { decision, status, reason, error_code, server } = lastRecord() ?? {};
    expect([response.status, error.code, reason]).toEqual(refused);
    expect(id).toBe('seven');
    expect({ decision, status, error_code, server }).toEqual({
      decision: 'deny',
      status: 'refused',
      error_code: error.code,
      server: 'raw',
    });
    expect(upstream.received()).toHaveLength(before);
  });

  it('of an unsupported version is told which ones there are', async () => {
    const [{ body = '', headers }] = cases['a version that nobody has'] ?? [{}];
    const response = await postModern(urlOf('raw'), body, headers);
    expect(JSON.parse(response.body)).toMatchObject({
      error: { data: { supported: [MODERN], requested: '2099-01-01' } },
    });
  });

  it('in a batch is refused with it', async () => {
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'tool' };
    const response = await send(urlOf('raw'), { body: `[${call()}]`, headers });
    expect([response.status, JSON.parse(response.body)]).toMatchObject([400, { error: { code: -32600 } }]);
    expect(lastRecord()).toMatchObject({ reason: 'malformed', error_code: -32600 });
  });

  it('that the policy denies is answered with 200, and never reaches the server', async () => {
    const before = upstream.received().length;
    const response = await postModern(urlOf('raw'), call('forbidden'));
    expect([response.status, JSON.parse(response.body)]).toMatchObject([
      200,
      { id: 'seven', error: { code: -32001, data: { tool: 'forbidden' } } },
    ]);
    expect(lastRecord()).toMatchObject({ decision: 'deny', reason: 'policy', tool: 'forbidden' });
    expect(upstream.received()).toHaveLength(before);
  });

  it('that the policy denies is denied too when it comes back with answers', async () => {
    const before = upstream.received().length;
    const retried = message('tools/call', { name: 'forbidden', inputResponses: {}, requestState: 'opaque' });
    const response = await postModern(urlOf('raw'), retried);
    expect(JSON.parse(response.body)).toMatchObject({ error: { code: -32001 } });
    expect(upstream.received()).toHaveLength(before);
  });
});

describe('an error of the server', () => {
  it.each(['http', 'stdio'])('over %s for an unknown method has the status 404', async (server) => {
    const response = await postModern(urlOf(server), message('vendor/unheard'));
    expect([response.status, JSON.parse(response.body)]).toMatchObject([
      404,
      { id: 'seven', error: { code: -32601 } },
    ]);
    // How a call ended is written down after its answer has gone out.
    await expect.poll(lastRecord).toMatchObject({ status: 'error', error_code: -32601, server });
  });

  it('has the status that the server gave it, where that is another one', async () => {
    const error = '{"jsonrpc":"2.0","id":$id,"error":{"code":-32601,"message":"Unheard"}}';
    const given = { reply: Buffer.from(error).toString('base64') };
    const response = await postModern(
      urlOf('raw'),
      message('tools/call', { name: 'tool', arguments: given }),
    );
    expect([response.status, response.body]).toEqual([200, error.replace('$id', '"seven"')]);
  });
});
