// Registered clients: who they are by their tokens, what is kept of them, and when a token is void.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createClientRegistry,
  type ClientRegistryOptions,
} from '../../../../electron/gateway/clients/client-registry.ts';
import { hashOfToken, newToken, withHash } from '../../../../electron/gateway/clients/token.ts';
import { agent, clock, recordingLogger } from '../fakes.ts';

const MINUTE = 60_000;
const laptop = { name: 'Claude Desktop', capabilities: ['read:*'], tags: ['laptop'] };

beforeEach(() => {
  vi.useFakeTimers({ now: 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'clients.json');
}

function registry(change: Partial<ClientRegistryOptions> = {}) {
  const path = change.path ?? place();
  const onRevoked = vi.fn();
  const onChange = vi.fn();
  const logger = recordingLogger();
  const configured = change.configured ?? {};
  const clients = createClientRegistry({
    ...{
      agent: { ...agent, model: 'some model', publisher: 'somebody' },
      clock,
      logger,
      onRevoked,
      onChange,
    },
    ...{ path, configured },
  });
  onTestFinished(() => clients.close());
  return { clients, path, onRevoked, onChange, logger };
}

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing went wrong';
};

describe('a token', () => {
  it('is 256 random bits behind a prefix, and known by its hash', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^mcpp_[\w-]{43}$/);
    expect(hashOfToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('is found among the hashes of all', () => {
    const of = ['a', 'b', 'c'].map((token) => ({ token, tokenHash: hashOfToken(token) }));
    expect(withHash(of, hashOfToken('b'))?.token).toBe('b');
    expect(withHash(of, hashOfToken('d'))).toBeNull();
    expect(withHash([], hashOfToken('d'))).toBeNull();
  });
});

describe('a client that is registered', () => {
  it('is the agent of its token, with the model and publisher that are configured', () => {
    const { clients } = registry();
    const { client, token } = clients.register(laptop);
    expect(client).toEqual({
      ...laptop,
      id: 'claude-desktop',
      source: 'window',
      createdAt: 1000,
      lastSeenAt: null,
    });
    expect(clients.byToken(token)).toEqual({
      ...laptop,
      id: 'claude-desktop',
      model: 'some model',
      publisher: 'somebody',
    });
    for (const wrong of [
      '',
      'mcpp_',
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      hashOfToken(token),
    ]) {
      expect(clients.byToken(wrong), wrong).toBeNull();
    }
  });

  it("is there after a restart, and its token nowhere in the file, which is the user's alone", () => {
    const { clients, path } = registry();
    const { client, token } = clients.register(laptop);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('Claude Desktop');
    expect(text).not.toContain(token.slice(5));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
    const again = registry({ path }).clients;
    expect(again.list()).toEqual([client]);
    expect(again.byToken(token)?.id).toBe(client.id);
  });

  it('has an id of its own', () => {
    const { clients } = registry({
      configured: { ops: { token_hash: hashOfToken('x'), id: '', capabilities: [], tags: [] } },
    });
    const ids = ['Claude Desktop', 'claude  desktop', 'OPS', '客户'].map(
      (name) => clients.register({ ...laptop, name }).client.id,
    );
    expect(ids).toEqual(['claude-desktop', 'claude-desktop-2', 'ops-2', 'client']);
    expect(clients.register({ ...laptop, id: 'Chosen.1' }).client.id).toBe('Chosen.1');
    expect(codeOf(() => clients.register({ ...laptop, id: 'Chosen.1' }))).toBe('client_exists');
    expect(codeOf(() => clients.register({ ...laptop, id: 'ops' }))).toBe('client_exists');
  });

  it('is told of, whenever the list is another one', () => {
    const { clients, onChange } = registry();
    const { client } = clients.register(laptop);
    expect(onChange).toHaveBeenLastCalledWith([client]);
    clients.remove(client.id);
    expect(onChange).toHaveBeenLastCalledWith([]);
  });

  it('is not there where the file can not be written', () => {
    const { clients, path } = registry();
    mkdirSync(`${path}.new`);
    expect(codeOf(() => clients.register(laptop))).toBe('clients_unwritten');
    expect(clients.list()).toEqual([]);
  });

  it('has room for 500', () => {
    const path = place();
    const kept = Array.from({ length: 500 }, (_, i) => ({
      ...laptop,
      id: `client-${i}`,
      createdAt: 0,
      lastSeenAt: null,
      tokenHash: hashOfToken(String(i)),
    }));
    writeFileSync(path, JSON.stringify({ clients: kept }));
    expect(codeOf(() => registry({ path }).clients.register(laptop))).toBe('too_many_clients');
  });
});

describe('a token is void at once', () => {
  it('when another one takes its place', () => {
    const { clients, onRevoked } = registry();
    const { client, token } = clients.register(laptop);
    const rotated = clients.rotate(client.id);
    expect(rotated.client).toEqual(client);
    expect(clients.byToken(token)).toBeNull();
    expect(clients.byToken(rotated.token)?.id).toBe(client.id);
    expect(onRevoked.mock.calls).toEqual([[client.id]]);
  });

  it('when its client is removed, until that is undone', () => {
    const { clients, path, onRevoked } = registry();
    const { client, token } = clients.register(laptop);
    clients.remove(client.id);
    expect([clients.byToken(token), clients.list(), registry({ path }).clients.list()]).toEqual([
      null,
      [],
      [],
    ]);
    expect(onRevoked.mock.calls).toEqual([[client.id]]);
    expect(clients.restore(client.id)).toEqual(client);
    expect(clients.byToken(token)?.id).toBe(client.id);
    expect(registry({ path }).clients.byToken(token)?.id).toBe(client.id);
    expect(codeOf(() => clients.restore(client.id))).toBe('client_unknown');
  });

  it('when its client is removed, even where the file can not be written; that is told', () => {
    const { clients, path, onRevoked } = registry();
    const { client, token } = clients.register(laptop);
    mkdirSync(`${path}.new`);
    expect(codeOf(() => clients.remove(client.id))).toBe('clients_unwritten');
    expect(clients.byToken(token)).toBeNull();
    expect(onRevoked).toHaveBeenCalledOnce();
  });

  it('unless there is no such client', () => {
    const { clients, onRevoked } = registry();
    for (const act of ['rotate', 'remove', 'restore'] as const) {
      expect(codeOf(() => clients[act]('nobody'))).toBe('client_unknown');
    }
    expect(onRevoked).not.toHaveBeenCalled();
  });
});

describe('when a client was last seen', () => {
  it('is known at once, and in the file within a minute, written once', () => {
    const { clients, path, onChange } = registry();
    const { token } = clients.register(laptop);
    const lastSeen = () => registry({ path }).clients.list()[0]?.lastSeenAt;
    onChange.mockClear();
    for (const at of [2000, 3000, 4000]) {
      vi.setSystemTime(at);
      clients.byToken(token);
    }
    expect([clients.list()[0]?.lastSeenAt, lastSeen()]).toEqual([4000, null]);
    vi.advanceTimersByTime(MINUTE);
    expect([lastSeen(), onChange.mock.calls.length]).toEqual([4000, 1]);
  });

  it('is written at the end', async () => {
    const { clients, path } = registry();
    clients.byToken(clients.register(laptop).token);
    await clients.close();
    expect(registry({ path }).clients.list()[0]?.lastSeenAt).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not worth an error', () => {
    const { clients, path, logger } = registry();
    clients.byToken(clients.register(laptop).token);
    mkdirSync(`${path}.new`);
    vi.advanceTimersByTime(MINUTE);
    expect(logger.events).toEqual(['clients_unwritten']);
    rmSync(`${path}.new`, { recursive: true });
  });
});

describe('a client of the configuration file', () => {
  const configured = {
    cursor: { token_hash: hashOfToken('secret'), id: '', capabilities: ['read:*'], tags: [] },
    other: { token_hash: hashOfToken('more'), id: 'by-id', capabilities: [], tags: ['t'] },
  };

  it('is known by its token, under its id or its name', () => {
    const { clients } = registry({ configured });
    expect(clients.byToken('secret')).toMatchObject({
      id: 'cursor',
      name: 'cursor',
      capabilities: ['read:*'],
    });
    expect(clients.byToken('more')).toMatchObject({ id: 'by-id', name: 'other', tags: ['t'] });
    expect(clients.list()).toMatchObject([
      { id: 'cursor', source: 'config', createdAt: null },
      { id: 'by-id', source: 'config' },
    ]);
  });

  it('can be changed there alone', () => {
    const { clients, path } = registry({ configured });
    expect(codeOf(() => clients.rotate('cursor'))).toBe('client_configured');
    expect(codeOf(() => clients.remove('by-id'))).toBe('client_configured');
    clients.byToken('secret');
    expect([existsSync(path), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('comes before a registered one of its id, which stays in the file', () => {
    const { clients, path } = registry();
    const { token } = clients.register({ ...laptop, name: 'Cursor' });
    const both = registry({ path, configured }).clients;
    expect(both.byToken(token)).toBeNull();
    expect(both.list().map(({ source }) => source)).toEqual(['config', 'config']);
    both.register({ ...laptop, name: 'New' });
    expect(registry({ path }).clients.byToken(token)?.id).toBe('cursor');
  });
});

describe('a file that can not be understood', () => {
  it.each(['{', '{"clients": [{"id": "a"}]}', '[]'])(
    '%s gives nobody access, and is left as it is',
    (text) => {
      const path = place();
      writeFileSync(path, text);
      const configured = { cursor: { token_hash: hashOfToken('x'), id: '', capabilities: [], tags: [] } };
      const { clients, logger } = registry({ path, configured });
      expect(clients.problem).toMatchObject({ code: 'clients_unreadable' });
      expect(logger.events).toEqual(['clients_unreadable']);
      expect(codeOf(() => clients.register(laptop))).toBe('clients_unreadable');
      expect(clients.byToken('x')?.id).toBe('cursor');
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );
});

describe('a token that is lent', () => {
  it('is that of the configured agent by another id, until it is given back', () => {
    const { clients, path, onRevoked } = registry();
    const loan = clients.lend('demo tour');
    expect(clients.byToken(loan.token)).toMatchObject({ id: 'demo tour', name: agent.name });
    expect([clients.list(), existsSync(path), vi.getTimerCount()]).toEqual([[], false, 0]);
    loan.close();
    expect(clients.byToken(loan.token)).toBeNull();
    expect(onRevoked.mock.calls).toEqual([['demo tour']]);
  });
});
