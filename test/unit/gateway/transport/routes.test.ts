import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../../electron/gateway/transport/routes.ts';

describe('routeOf', () => {
  it.each([
    ['/', 'sse', null, '/message'],
    ['/sse', 'sse', null, '/message'],
    ['/mcp', 'mcp', null, '/message'],
    ['/message', 'message', null, '/message'],
    ['/servers/a/mcp', 'mcp', 'a', '/servers/a/message'],
    ['/servers/a.b-c_D/sse', 'sse', 'a.b-c_D', '/servers/a.b-c_D/message'],
    ['/servers/servers/message', 'message', 'servers', '/servers/servers/message'],
    ['/all/mcp', 'mcp', 'all', '/all/message'],
    ['/all/sse', 'sse', 'all', '/all/message'],
  ])('reads %s', (path, endpoint, server, message) => {
    const route = routeOf(path);
    expect(route).toMatchObject({ endpoint, server });
    expect(route?.paths.message).toBe(message);
  });

  it.each([
    '',
    '/all',
    '/servers/all/mcp',
    '/all/all/mcp',
    '/servers',
    '/servers/mcp',
    '/servers//mcp',
    '/servers/a',
    '/servers/a/',
    '/servers/a/b/mcp',
  ])('finds no endpoint at "%s"', (path) => {
    expect(routeOf(path)).toBeNull();
  });
});
