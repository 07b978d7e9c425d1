// Who a request is from: right, wrong, missing and doubled tokens.
import { describe, expect, it } from 'vitest';
import { identify, type IdentityPolicy } from '../../../../electron/gateway/transport/identify.ts';
import { targetOf } from '../../../../electron/gateway/transport/request-target.ts';
import { agent, clientsBy } from '../fakes.ts';

const clients = clientsBy({ mcpp_alice: 'alice', mcpp_bob: 'bob' });

function who(
  url: string,
  authorization?: string,
  auth: IdentityPolicy['auth'] = 'optional',
): ReturnType<typeof identify> {
  const headers = authorization === undefined ? {} : { authorization };
  return identify(headers, targetOf(url), { clients, auth, defaultAgent: agent });
}

const wrong = { ok: false, error: 'token_wrong', challenge: 'Bearer error="invalid_token"' };

describe('a caller', () => {
  it('without a token is the configured agent', () => {
    expect(who('/mcp')).toEqual({ ok: true, agent, clientId: null });
  });

  it('without a token stays outside where one is required', () => {
    expect(who('/mcp', undefined, 'required')).toEqual({
      ok: false,
      error: 'token_missing',
      challenge: 'Bearer',
    });
  });

  describe.each(['optional', 'required'] as const)('where it is %s', (auth) => {
    it.each([
      ['in the header', '/mcp', 'Bearer mcpp_alice'],
      ['in the header, by another spelling', '/mcp', 'bearer   mcpp_alice '],
      ['in the path', '/c/mcpp_alice/mcp', undefined],
      ['in both', '/c/mcpp_alice/mcp', 'Bearer mcpp_alice'],
    ])('is known by its token %s', (_where, url, authorization) => {
      expect(who(url, authorization, auth)).toEqual({
        ok: true,
        agent: { ...agent, id: 'alice' },
        clientId: 'alice',
      });
    });

    it.each([
      ['a wrong one', '/mcp', 'Bearer mcpp_eve'],
      ['none behind the name', '/mcp', 'Bearer'],
      ['an empty header', '/mcp', ''],
      ['another scheme', '/mcp', 'Basic bWNwcF9hbGljZQ=='],
      ['no scheme', '/mcp', 'mcpp_alice'],
      ['two', '/mcp', 'Bearer mcpp_alice, Bearer mcpp_bob'],
      ['one with something behind it', '/mcp', 'Bearer mcpp_alice x'],
      ['a wrong one in the path', '/c/mcpp_eve/mcp', undefined],
      ['an encoded one in the path', '/c/%6Dcpp_alice/mcp', undefined],
      ['a name of every object in the path', '/c/constructor/mcp', undefined],
      ['two that differ', '/c/mcpp_alice/mcp', 'Bearer mcpp_bob'],
      ['a right one in the path, a wrong one in the header', '/c/mcpp_alice/mcp', 'Bearer mcpp_eve'],
      ['a wrong one in the path, a right one in the header', '/c/mcpp_eve/mcp', 'Bearer mcpp_alice'],
    ])('is nobody with %s', (_what, url, authorization) => {
      expect(who(url, authorization, auth)).toEqual(wrong);
    });

    it('is nobody with one in the query, whatever else there is', () => {
      const refused = { ok: false, error: 'token_in_query', challenge: 'Bearer error="invalid_request"' };
      expect(who('/mcp?access_token=mcpp_alice', undefined, auth)).toEqual(refused);
      expect(who('/mcp?x=mcpp_alice', 'Bearer mcpp_alice', auth)).toEqual(refused);
    });
  });
});
