// Pages of other origins: closed by default, open to the letter of the list, and nothing of a request comes back.
import { describe, expect, it } from 'vitest';
import { clientsBy } from '../fakes.ts';
import { startProxy } from './proxy.ts';

const initialize = { id: 'init', method: 'initialize', params: { protocolVersion: '2025-11-25' } };
const page = { origin: 'https://app.example' };
const preflight = (headers: Record<string, string>, path = '/mcp') => ({
  method: 'OPTIONS',
  path,
  headers: {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-evil',
    ...headers,
  },
});
const corsOf = (headers: NodeJS.Dict<string | string[]>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('a page of an allowed origin', () => {
  it('is let in by a preflight, without a token, in words of our own', async () => {
    const { send, log } = await startProxy({ auth: 'required' });
    const reply = await send(preflight(page));
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, POST, DELETE',
      vary: 'origin',
    });
    expect(reply.headers['access-control-allow-headers']).toContain('authorization');
    expect(reply.headers['access-control-allow-headers']).not.toContain('x-evil');
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
    expect(log.refusals).toEqual([]);
  });

  it('can read answers, streams and refusals', async () => {
    const { send, post, stream } = await startProxy({ clients: clientsBy({}) });
    const origin = { 'access-control-allow-origin': 'https://app.example' };
    const opened = await send(post(initialize, page));
    expect(opened.headers).toMatchObject(origin);
    expect(opened.headers['access-control-expose-headers']).toContain('mcp-session-id');
    const events = await stream({ path: '/sse', headers: page });
    expect(events.headers).toMatchObject(origin);
    events.leave();
    const refused = await send(post(initialize, { ...page, authorization: 'Bearer x' }));
    expect([refused.status, refused.headers]).toMatchObject([401, origin]);
    expect((await send({ path: '/nowhere', headers: page })).headers).toMatchObject(origin);
  });
});

describe('any other page', () => {
  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'https://APP.example',
    'null',
    'http://localhost:5173',
  ])('%s is told nothing', async (origin) => {
    const { send, post } = await startProxy();
    for (const reply of [await send(preflight({ origin })), await send(post(initialize, { origin }))]) {
      expect([reply.status, corsOf(reply.headers)]).toEqual([403, []]);
    }
  });
});

it('programs are told nothing of pages', async () => {
  const { send, post } = await startProxy();
  const reply = await send(post(initialize));
  expect([reply.status, corsOf(reply.headers)]).toEqual([200, []]);
  expect((await send({ method: 'OPTIONS', path: '/mcp' })).status).toBe(405);
});
