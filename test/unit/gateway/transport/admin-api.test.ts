// The admin API: for those with its token, and for no browser.
import { describe, expect, it, vi } from 'vitest';
import type { LinesQuery } from '../../../../electron/shared/audit-export.ts';
import { callFilter } from '../../../../electron/shared/audit-search.ts';
import {
  gatewayCommands,
  type GatewayCommands,
  type Handlers,
} from '../../../../electron/shared/contract.ts';
import { CommandError, forwardTo } from '../../../../electron/shared/rpc.ts';
import { sampleStatus } from '../../../samples.ts';
import { startProxy, type Exchange } from './proxy.ts';

const token = `mcpa_${'t'.repeat(43)}`;

function neverAsked(): never {
  throw new Error('nobody was to ask this');
}

async function start(others: Partial<Handlers<GatewayCommands>> = {}) {
  const paused = vi.fn();
  const answered = vi.fn(() => ({ outcome: 'refused' as const, message: '', diagnostics: [] }));
  const revoked = vi.fn(() => true);
  const commands: Handlers<GatewayCommands> = {
    ...forwardTo(gatewayCommands, neverAsked),
    'status.read': () => sampleStatus({ state: 'running' }),
    'pause.set': paused,
    'approvals.list': () => [],
    'approvals.answer': answered,
    'grants.list': () => ({ now: 1, temporary: [], standing: [] }),
    'grants.revoke': revoked,
    ...others,
  };
  const lines = vi.fn(({ after, limit }: LinesQuery) => {
    const ids = Array.from({ length: 500 }, (_, index) => index + 1).filter((id) => id > after);
    const page = ids.slice(0, limit);
    const more = ids.length > limit ? (page.at(-1) ?? null) : null;
    return Promise.resolve({ lines: page.map((id) => JSON.stringify({ id })), after: more, through: 500 });
  });
  const onSent = vi.fn();
  const proxy = await startProxy({ api: { token, commands, audit: { lines, onSent }, version: '1.2.3' } });
  const ask = (exchange: Exchange) =>
    proxy.send({ ...exchange, headers: { authorization: `Bearer ${token}`, ...exchange.headers } });
  const post = (body: Exchange['body'], headers: Record<string, string> = {}) =>
    ask({
      method: 'POST',
      path: '/api/pause',
      headers: { 'content-type': 'application/json', ...headers },
      body: body ?? '',
    });
  return { ...proxy, lines, onSent, paused, answered, revoked, ask, post };
}

it('pauses, and resumes', async () => {
  const { paused, post } = await start();
  const reply = await post('{"paused": true}');
  expect([reply.status, reply.json()]).toEqual([200, { paused: true }]);
  await post('{"paused": false}');
  expect(paused.mock.calls).toEqual([[true], [false]]);
});

it('tells the status, to be kept by nobody', async () => {
  const { ask } = await start();
  const reply = await ask({ path: '/api/status' });
  expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store']);
  expect(reply.json()).toMatchObject({ state: 'running' });
});

it('streams calls of the log as lines, as many as are wanted, and says that it did', async () => {
  const { ask, lines, onSent } = await start();
  const reply = await ask({ path: '/api/audit?tools=a&tools=b&text=x%20y&redacted=true&after=20&limit=450' });
  expect([reply.status, reply.headers['content-type'], reply.headers['cache-control']]).toEqual([
    200,
    'application/x-ndjson',
    'no-store',
  ]);
  const ids = reply.text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: number }).id);
  expect(ids).toEqual(Array.from({ length: 450 }, (_, index) => index + 21));
  const filter = callFilter.parse({ tools: ['a', 'b'], text: 'x y', redacted: true });
  expect(lines.mock.calls.map(([query]) => query)).toEqual([
    { filter, after: 20, limit: 200 },
    { filter, after: 220, limit: 200 },
    { filter, after: 420, limit: 50 },
  ]);
  expect(onSent.mock.calls).toEqual([[450]]);
});

it('has no lines to send where nothing is new', async () => {
  const { ask, onSent } = await start();
  const reply = await ask({ path: '/api/audit?after=500' });
  expect([reply.status, reply.text]).toEqual([200, '']);
  expect(onSent).not.toHaveBeenCalled();
});

it.each([
  'limit=0',
  'limit=100001',
  'after=-1',
  'tool=a',
  'decisions=perhaps',
  'redacted=1',
  'text=a&text=b',
])('says what is wrong with the lines of ?%s', async (query) => {
  const { ask, lines } = await start();
  const reply = await ask({ path: `/api/audit?${query}` });
  expect(reply.status).toBe(400);
  expect(reply.text).toContain(query.split('=')[0]);
  expect(lines).not.toHaveBeenCalled();
});

it('lists what waits for an answer, and what was granted', async () => {
  const { ask } = await start();
  expect((await ask({ path: '/api/approvals' })).json()).toEqual([]);
  expect((await ask({ path: '/api/grants' })).json()).toMatchObject({ temporary: [] });
});

it('answers one call, once unless more is said, and revokes a grant', async () => {
  const { ask, answered, revoked } = await start();
  const answer = (body: object) =>
    ask({
      method: 'POST',
      path: '/api/approvals/req_0123456789abcdef',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await answer({ allow: true })).json()).toMatchObject({ outcome: 'refused' });
  await answer({ allow: false, duration: 'session', scope: 'tool', note: ' no ' });
  const ids = ['req_0123456789abcdef'];
  expect(answered.mock.calls).toEqual([
    [{ ids, allow: true, duration: 'once', scope: 'arguments', note: '', via: 'api' }],
    [{ ids, allow: false, duration: 'session', scope: 'tool', note: 'no', via: 'api' }],
  ]);
  expect((await answer({ duration: 'session' })).status).toBe(400);
  expect((await answer({ allow: true, ids: ['req_other'] })).status).toBe(400);
  expect((await ask({ method: 'DELETE', path: '/api/grants/grant_1' })).json()).toBe(true);
  expect(revoked.mock.calls).toEqual([[{ id: 'grant_1' }]]);
});

describe('is refused, recorded, and changes nothing', () => {
  const json = { 'content-type': 'application/json' };
  const pause = { method: 'POST', path: '/api/pause', headers: json, body: '{"paused": true}' };
  const known = { ...pause.headers, authorization: `Bearer ${token}` };

  it.each<[string, number, Exchange]>([
    ['without a token', 401, pause],
    ['with another token', 401, { ...pause, headers: { ...json, authorization: `Bearer ${token}x` } }],
    ['with the token alone', 401, { ...pause, headers: { ...json, authorization: token } }],
    ['with the token in the query', 401, { ...pause, path: `/api/pause?token=${token}` }],
    ['from a web page', 403, { ...pause, headers: { ...known, origin: 'https://evil.example' } }],
    ['from a local web page', 403, { ...pause, headers: { ...known, origin: 'http://localhost:5173' } }],
    [
      'from a page that may call servers',
      403,
      { ...pause, headers: { ...known, origin: 'https://app.example' } },
    ],
    ['for another Host', 403, { ...pause, headers: { ...known, host: 'evil.example' } }],
    ['for what is not there', 404, { ...pause, path: '/api/constructor', headers: known }],
    ['by another method', 405, { method: 'GET', path: '/api/pause', headers: known }],
    ['to answer without a token', 401, { ...pause, path: '/api/approvals/req_1', body: '{"allow": true}' }],
    ['by a method that objects have', 405, { ...pause, method: 'LINK', headers: known }],
    ['as a form', 415, { ...pause, headers: { ...known, 'content-type': 'text/plain' } }],
    ['in broken JSON', 400, { ...pause, headers: known, body: '{"paused": tru' }],
    ['with another type', 400, { ...pause, headers: known, body: '{"paused": "yes"}' }],
    ['with more than is known', 400, { ...pause, headers: known, body: '{"paused": true, "for": 5}' }],
    [
      'with too much',
      413,
      { ...pause, headers: known, body: `{"paused": true, "x": "${'x'.repeat(70_000)}"}` },
    ],
  ])('%s', async (_what, status, exchange) => {
    const { send, paused, log } = await start();
    const reply = await send(exchange);
    expect(reply.status).toBe(status);
    expect(reply.json()).toEqual({
      error: { code: expect.stringMatching(/^[a-z_]+$/u) as string, message: expect.any(String) as string },
    });
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    expect(paused).not.toHaveBeenCalled();
    expect(log.refusals).toHaveLength(1);
    expect(JSON.stringify(log.refusals)).not.toContain(token);
  });
});

describe('what is asked for and is not so', () => {
  it('is told as 404, and is no refusal', async () => {
    const { ask, revoked, log } = await start({ 'policy.version': () => null });
    revoked.mockReturnValue(false);
    const replies = [
      await ask({ method: 'DELETE', path: '/api/grants/none' }),
      await ask({ path: '/api/policy/history/7' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404]);
    expect(replies[0]?.json()).toEqual({
      error: { code: 'not_found', message: 'There is no such answer (any more)' },
    });
    expect(log.refusals).toEqual([]);
  });

  it('is told with the words of the command that failed', async () => {
    const fail = (code: string) => () => {
      throw new CommandError(code, `because of ${code}`);
    };
    const { ask } = await start({
      'clients.remove': fail('client_unknown'),
      'clients.rotate': fail('client_configured'),
      'audit.verify': fail('audit_off'),
      'policy.read': () => {
        throw new Error('the disk is on fire');
      },
    });
    const replies = [
      await ask({ method: 'DELETE', path: '/api/clients/cursor' }),
      await ask({ method: 'POST', path: '/api/clients/cursor/token' }),
      await ask({ method: 'POST', path: '/api/audit/verify' }),
      await ask({ path: '/api/policy' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 409, 503, 500]);
    expect(replies[0]?.json()).toEqual({
      error: { code: 'client_unknown', message: 'because of client_unknown' },
    });
    expect(replies[3]?.text).not.toContain('fire');
  });

  it.each([
    [
      'a misspelt filter',
      { method: 'POST', path: '/api/audit/count', body: '{"filter": {"client": ["x"]}}' },
    ],
    ['a number that is none', { path: '/api/policy/history?limit=many' }],
    ['a name twice', { path: '/api/policy/history?limit=1&limit=2' }],
    [
      'a name of the path in the body',
      { method: 'POST', path: '/api/approvals/r', body: '{"id":"q","allow":true}' },
    ],
    ['a list', { method: 'POST', path: '/api/pause', body: '[true]' }],
  ])('is %s: 400', async (_what, exchange) => {
    const { ask } = await start();
    const reply = await ask({ ...exchange, headers: { 'content-type': 'application/json' } });
    expect([reply.status, reply.json()]).toMatchObject([400, { error: { code: 'invalid_request' } }]);
  });
});

it('takes parts of a path as they are meant, and numbers from a query', async () => {
  const history = vi.fn(() => ({ versions: [], more: false }));
  const { ask, revoked } = await start({ 'policy.history': history });
  await ask({ method: 'DELETE', path: '/api/grants/a%2Fb%20c' });
  expect(revoked.mock.calls).toEqual([[{ id: 'a/b c' }]]);
  await ask({ path: '/api/policy/history?before=12' });
  expect(history.mock.calls).toEqual([[{ before: 12, limit: 50 }]]);
  expect((await ask({ method: 'DELETE', path: '/api/grants/%zz' })).status).toBe(404);
});

describe('wrong tokens', () => {
  const guess = { path: '/api/status', headers: { authorization: `Bearer mcpa_${'x'.repeat(43)}` } };

  it('are recorded one by one up to a bound, and counted beyond it', async () => {
    const { send, ask, log, server } = await start();
    const statuses = [];
    for (let attempt = 0; attempt < 25; attempt += 1) statuses.push((await send(guess)).status);
    expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)]);
    expect(log.refusals).toHaveLength(20);
    // Whoever has the right one is not kept out by those who guess.
    expect((await ask({ path: '/api/status' })).status).toBe(200);
    await server.close();
    expect(log.events).toMatchObject([
      { kind: 'refusals.counted', subject: 'admin API', details: { count: 5, reasons: { token: 5 } } },
    ]);
  });
});

it('is not there unless it is enabled', async () => {
  const { send } = await startProxy();
  const headers = { authorization: `Bearer ${token}` };
  expect((await send({ path: '/api/status', headers })).status).toBe(404);
});
