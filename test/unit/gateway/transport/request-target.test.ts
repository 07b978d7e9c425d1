// The first line of a request: where its token stands, and what of it may be logged.
import { describe, expect, it } from 'vitest';
import {
  hasTokenInQuery,
  shownPath,
  targetOf,
} from '../../../../electron/gateway/transport/request-target.ts';

describe('a target', () => {
  it.each([
    ['/mcp', '/mcp', null, ''],
    ['/c/mcpp_a-b_C/mcp', '/mcp', 'mcpp_a-b_C', '/c/mcpp_a-b_C'],
    ['/c/t/servers/files/message?sessionId=sess_1', '/servers/files/message', 't', '/c/t'],
    ['/c/t/', '/', 't', '/c/t'],
    ['/c/t/c/u/mcp', '/c/u/mcp', 't', '/c/t'],
    // Nobody's token: such a path is not served.
    ['/c/t', '/c/t', null, ''],
    ['/c//mcp', '/c//mcp', null, ''],
    ['/C/t/mcp', '/C/t/mcp', null, ''],
    ['http://localhost/c/t/mcp', 'http://localhost/c/t/mcp', null, ''],
  ])('%s is %s with token %s', (url, path, token, prefix) => {
    expect(targetOf(url)).toMatchObject({ path, token, prefix });
  });

  it('has a query apart', () => {
    expect(targetOf('/mcp?a=/c/t/b?c')).toMatchObject({ path: '/mcp', query: 'a=/c/t/b?c', token: null });
  });
});

describe('a query', () => {
  it.each(['?access_token=x', '?Token=x', '?a=1&api_key=', '?sessionId=mcpp_x', '?auth=%6Dcpp_x'])(
    'with a token is known: %s',
    (query) => {
      expect(hasTokenInQuery(targetOf(`/message${query}`))).toBe(true);
    },
  );

  it.each(['', '?', '?sessionId=sess_1', '?tokens=1'])('without one is fine: "%s"', (query) => {
    expect(hasTokenInQuery(targetOf(`/message${query}`))).toBe(false);
  });
});

describe('what is shown', () => {
  it.each([
    ['/mcp', '/mcp'],
    ['/servers/a/message?sessionId=sess_1&token=secret', '/servers/a/message'],
    ['/c/secret/mcp', '/c/…/mcp'],
    ['/c/secret', '/c/…'],
    ['/C/secret/mcp', '/C/…/mcp'],
    ['/%63/secret/mcp', '/%63/…/mcp'],
    ['//c/secret/mcp', '//c/…/mcp'],
    ['http://localhost:1/c/secret/mcp', 'http://localhost:1/c/…/mcp'],
    ['/servers/mcpp_secret/mcp', '/servers/mcpp_…/mcp'],
  ])('of %s is %s', (url, shown) => {
    expect(shownPath(url)).toBe(shown);
  });
});
