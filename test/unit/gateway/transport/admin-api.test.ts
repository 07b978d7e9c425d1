// The admin API: for those with its token, and for no browser.
import { describe, expect, it, vi } from 'vitest';
import { startProxy, type Exchange } from './proxy.ts';

const token = `mcpa_${'t'.repeat(43)}`;

async function start() {
  const paused = vi.fn();
  const answered = vi.fn(() => ({ outcome: 'refused' as const, message: '', diagnostics: [] }));
  const revoked = vi.fn(() => true);
  const commands = {
    'status.read': () => ({ state: 'running' }) as never,
    'pause.set': paused,
    'approvals.list': () => [],
    'approvals.answer': answered,
    'grants.list': () => ({ now: 1, temporary: [], standing: [] }),
    'grants.revoke': revoked,
  };
  const proxy = await startProxy({ api: { token, commands } });
  const ask = (exchange: Exchange) =>
    proxy.send({ ...exchange, headers: { authorization: `Bearer ${token}`, ...exchange.headers } });
  const post = (body: Exchange['body'], headers: Record<string, string> = {}) =>
    ask({
      method: 'POST',
      path: '/api/pause',
      headers: { 'content-type': 'application/json', ...headers },
      body: body ?? '',
    });
  return { ...proxy, paused, answered, revoked, ask, post };
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
  expect([reply.status, reply.json(), reply.headers['cache-control']]).toEqual([
    200,
    { state: 'running' },
    'no-store',
  ]);
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
    ['as a form', 400, { ...pause, headers: { ...known, 'content-type': 'text/plain' } }],
    ['in broken JSON', 400, { ...pause, headers: known, body: '{"paused": tru' }],
    ['with another type', 400, { ...pause, headers: known, body: '{"paused": "yes"}' }],
    ['with more than is known', 400, { ...pause, headers: known, body: '{"paused": true, "for": 5}' }],
    [
      'with too much',
      400,
      { ...pause, headers: known, body: `{"paused": true, "x": "${'x'.repeat(70_000)}"}` },
    ],
  ])('%s', async (_what, status, exchange) => {
    const { send, paused, log } = await start();
    expect((await send(exchange)).status).toBe(status);
    expect(paused).not.toHaveBeenCalled();
    expect(log.refusals).toHaveLength(1);
    expect(JSON.stringify(log.refusals)).not.toContain(token);
  });
});

it('is not there unless it is enabled', async () => {
  const { send } = await startProxy();
  const headers = { authorization: `Bearer ${token}` };
  expect((await send({ path: '/api/status', headers })).status).toBe(404);
});
