import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../electron/shared/config.ts';
import { notYetProtective } from '../../../electron/shared/config-gaps.ts';
import { parseDuration } from '../../../electron/shared/config-values.ts';

/** What the schema says of a value at a path: the value that comes out, or what it expected. */
function at(path: string, value: unknown): unknown {
  const keys = path.split('.');
  const tree = keys.reduceRight<unknown>((below, key) => ({ [key]: below }), value);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message).join('; ');
  return keys.reduce<unknown>((below, key) => (below as Record<string, unknown>)[key], parsed.data);
}

describe('parseDuration', () => {
  it.each([
    ['30s', 30_000],
    ['24h', 86_400_000],
    ['100ms', 100],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['.5m', 30_000],
    ['1m0.5s', 60_500],
    ['250us', 0.25],
    ['250µs', 0.25],
    ['250μs', 0.25],
    ['1000000ns', 1],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each(['', '30', '30 s', 's', '-1s', '1d', '1h 30m', '1.2.3s', '.s', 'h1', '1S', '30s,'])(
    'refuses "%s"',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});

describe('policy.bundle', () => {
  const problem = (bundle: object) =>
    configSchema
      .safeParse({ policy: { bundle } })
      .error?.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
  const url = 'https://bundles.example/mcp.tar.gz';

  it.each([
    [{ url, token: 'a' }],
    [{ url: 'http://127.0.0.1:8080/b.tar.gz', token: 'a' }],
    [{ url: 'http://lan.example/b.tar.gz', signing: { key: 'a', algorithm: 'HS256' } }],
  ])('takes %j', (bundle) => {
    expect(problem(bundle)).toBeUndefined();
  });

  it.each([
    [{ url: 'http://lan.example/b.tar.gz' }, /^url: https/],
    [{ url: 'http://lan.example/b.tar.gz', token: 'a', signing: { key: 'a' } }, /^url: https/],
    [{ url: 'https://me:secret@bundles.example/' }, /^url: no user name/],
    [{ url, token: 'a', token_file: 'b' }, /^token: either/],
    [{ url, signing: { key: 'a', key_file: 'b' } }, /^signing\.key: either/],
    [{ url, signing: { scope: 'write' } }, /^signing\.key: a key/],
    [{ url, polling: { min_delay: '3m' } }, /^polling\.max_delay: .* not shorter/],
  ])('refuses %j', (bundle, why) => {
    expect(problem(bundle)?.join()).toMatch(why);
  });
});

describe('configSchema', () => {
  it('has a default for everything, and these are they', () => {
    expect(configSchema.parse({})).toMatchSnapshot();
  });

  it('listens on this machine alone unless told otherwise', () => {
    expect(configSchema.parse({}).server.listen).toEqual({ address: '127.0.0.1', port: 3000 });
  });

  it.each([
    ['server.listen.port', 0],
    ['server.listen.port', 65_535],
    ['server.max_connections', 1],
    ['audit.retention_days', 0],
    ['version', 1.1],
    ['upstream.url', 'https://example.com/mcp'],
    ['upstream.transport', 'streamable-http'],
    ['policy.mode', 'audit'],
    ['agent.capabilities', []],
    ['server.security.cors_allowed_origins', ['https://app.example.com', 'http://localhost:5173']],
  ])('accepts %s: %j', (path, value) => {
    expect(at(path, value)).toEqual(value);
  });

  it.each([
    ['server.idle_timeout', '1h30m', 5_400_000],
    ['upstream.max_request_time', '2h', 7_200_000],
    ['upstream.max_request_time', '0', null],
    ['upstream.max_request_time', 0, null],
    ['upstream.url', '', null],
    ['upstream.command', '', null],
    ['policy.policy_dir', '', null],
    ['audit.enabled', 'no', false],
    ['audit.max_size', '2GB', 2_000_000_000],
    ['audit.max_size', '1.5 mb', 1_500_000],
    ['audit.max_size', 0, null],
    ['audit.enabled', 'ON', true],
    ['audit.enabled', '0', false],
  ])('reads %s: %j as %j', (path, value, meant) => {
    expect(at(path, value)).toEqual(meant);
  });

  it.each([
    ['upstream.max_request_time', 30],
    ['upstream.max_request_time', '600h'],
    ['server.listen.port', '3000'],
    ['server.listen.port', 65_536],
    ['server.listen.port', -1],
    ['server.listen.port', 1.5],
    ['server.listen.port', Number.NaN],
    ['server.idle_timeout', 30],
    ['server.idle_timeout', '0s'],
    ['server.idle_timeout', '600h'],
    ['server.idle_timeout', 'soon'],
    ['server.security.cors_allowed_origins', ['*']],
    ['server.security.cors_allowed_origins', ['https://app.example.com/']],
    ['server', []],
    ['server', 'sse'],
    ['upstream.url', 'localhost:8080'],
    ['upstream.url', 'file:///etc/passwd'],
    ['upstream.url', 5],
    ['upstream.args', 'one two'],
    ['upstream.args', [1]],
    ['upstream.env', ['A=1']],
    ['upstream.env', { A: 1 }],
    ['upstream.transport', 'websocket'],
    ['policy.mode', 'off'],
    ['policy.enabled', 1],
    ['policy.enabled', 'maybe'],
    ['agent.id', 5],
    ['agent.capabilities', 'read:*'],
    ['agent.capabilities', [5]],
    ['audit.synchronous', 'extra'],
    ['audit.retention_days', -1],
    ['audit.max_size', '10'],
    ['audit.max_size', '10KB'],
    ['audit.max_size', 5],
    ['servers', []],
    ['servers', { 'my server': { command: 'x' } }],
    ['servers', { s: 'npx' }],
    ['servers', { default: { command: 'x' } }],
    ['servers', { all: { command: 'x' } }],
    ['servers', { '..': { command: 'x' } }],
    ['servers', { '': { command: 'x' } }],
    ['servers', { 'a/b': { command: 'x' } }],
    ['servers', { ['n'.repeat(65)]: { command: 'x' } }],
    ['upstream.url', 'http://user:50%@localhost'],
    ['upstream.headers', 'Authorization: x'],
    ['upstream.headers', { 'X Y': 'x' }],
    ['upstream.headers', { X: 5 }],
    ['upstream.headers', { X: 'a\r\nb' }],
    ['upstream.headers', { X: '✓' }],
    ['upstream.headers', { 'Content-Length': '1' }],
    ['upstream.headers', { X: 'a', x: 'b' }],
    ['version', true],
  ])('refuses %s: %j', (path, value) => {
    expect(at(path, value)).toMatchSnapshot();
  });

  it('takes the hash of a token in the two ways that it is written', () => {
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    for (const written of [hash, `sha256:${hash.toUpperCase()}`]) {
      expect(at('clients.c', { token_hash: written })).toMatchObject({ token_hash: hash, id: '' });
    }
    for (const wrong of [undefined, '', 5, 'secret', hash.slice(1), `${hash}0`, `sha1:${hash}`]) {
      expect(at('clients.c', { token_hash: wrong })).toBe('a SHA-256 hash, 64 hexadecimal digits');
    }
  });

  it('gives no two clients the same token or id', () => {
    const [one, other] = ['a', 'b'].map((digit) => digit.repeat(64));
    const clients = (b: object) => at('clients', { a: { token_hash: one }, b: { token_hash: other, ...b } });
    expect(clients({})).toMatchObject({ a: { id: '' }, b: { id: '' } });
    for (const same of [{ id: 'a' }, { token_hash: one }, { token_hash: `sha256:${'A'.repeat(64)}` }]) {
      expect(clients(same)).toBe('one that no other client has');
    }
  });

  it.each(['upstream', 'servers.one'])('wants one way to reach %s', (path) => {
    expect(at(path, { url: 'http://localhost:1', command: 'x' })).toBe('either url or command');
    expect(at(path, { url: 'http://localhost:1', transport: 'stdio' })).toBe(
      'auto, sse, streamable-http or http beside a url',
    );
    expect(at(path, { command: 'x', transport: 'sse' })).toBe('auto or stdio beside a command');
    expect(at(path, { command: 'x', headers: { X: 'y' } })).toMatch(/^no headers beside a command/u);
    expect(at(path, { url: 'http://localhost:1', transport: 'sse', era: 'modern' })).toBe(
      'auto or legacy beside the transport sse, which modern servers do not have',
    );
    expect(at(path, { command: 'x', transport: 'stdio' })).toMatchObject({ command: 'x' });
    expect(at(path, { url: 'http://localhost:1', transport: 'sse' })).toMatchObject({ transport: 'sse' });
  });

  it('takes headers as they are written, and names of servers in every letter', () => {
    const headers = { Authorization: 'Bearer abc', 'X-Api-Key': '' };
    expect(at('upstream.headers', headers)).toEqual(headers);
    const name = 'a.B-c_9'.padEnd(64, '.');
    expect(at('servers', { [name]: { command: 'x' } })).toHaveProperty([name, 'command'], 'x');
  });

  it('hands out lists and sections that nobody shares', () => {
    const [one, other] = [configSchema.parse({}), configSchema.parse({})];
    expect(one.agent.capabilities).not.toBe(other.agent.capabilities);
    expect(one.servers).not.toBe(other.servers);
    expect(one.upstream.env).not.toBe(other.upstream.env);
    expect(one.upstream.headers).not.toBe(other.upstream.headers);
  });
});

describe('the tables of what this version lacks', () => {
  const defaults: unknown = configSchema.parse({});
  const valueOf = (key: string) =>
    key
      .split('.')
      .reduce<unknown>((below, part) => (below as Record<string, unknown> | undefined)?.[part], defaults);

  it.each(notYetProtective)('$key accepts its own default', ({ key, accepted }) => {
    expect(accepted).toContainEqual(valueOf(key));
  });
});
