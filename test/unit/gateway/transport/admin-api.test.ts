// The admin API: for those with its token, and for no browser.
import { describe, expect, it, vi } from 'vitest';
import { startProxy, type Exchange } from './proxy.ts';

const token = `mcpa_${'t'.repeat(43)}`;

async function start() {
  const paused = vi.fn();
  const commands = { 'status.read': () => ({ state: 'running' }) as never, 'pause.set': paused };
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
  return { ...proxy, paused, ask, post };
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
