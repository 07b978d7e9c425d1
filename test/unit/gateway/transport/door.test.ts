// The door: which Host and Origin headers may come in.
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refusedAtDoor as refused, type DoorPolicy } from '../../../../electron/gateway/transport/door.ts';

const closed: DoorPolicy = { hosts: [], origins: [] };
const refusedAtDoor = (headers: IncomingHttpHeaders, policy: DoorPolicy, address = '127.0.0.1') =>
  refused(headers, policy, { address, port: 3000 });

describe('Host', () => {
  const host = (value: string | undefined, policy = closed) =>
    refusedAtDoor(value === undefined ? {} : { host: value }, policy);

  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST:3000',
    'LocalHost',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:65535',
    '[::1]',
    '[::1]:3000',
  ])('%s comes in', (value) => {
    expect(host(value)).toBeNull();
  });

  it.each([
    ['none', undefined],
    ['empty', ''],
    ['another name', 'evil.example'],
    ['a name that begins like ours', 'localhost.evil.example'],
    ['a name that ends like ours', 'evil-localhost'],
    ['an address as a label', '127.0.0.1.evil.example'],
    ['rebinding services', '127.0.0.1.nip.io:3000'],
    ['a trailing dot', 'localhost.'],
    ['a trailing dot before the port', 'localhost.:3000'],
    ['an address with a trailing dot', '127.0.0.1.'],
    ['user info', 'user@localhost'],
    ['user info that looks like a host', 'localhost@evil.example'],
    ['a port that looks like user info', 'localhost:3000@evil.example'],
    ['another loopback address', '127.0.0.2'],
    ['the unspecified address', '0.0.0.0:3000'],
    ['a short address', '127.1'],
    ['a decimal address', '2130706433'],
    ['a hexadecimal address', '0x7f000001'],
    ['hexadecimal parts', '0x7f.0.0.1'],
    ['octal parts', '0177.0.0.1'],
    ['padded parts', '127.000.000.001'],
    ['full-width digits', '１２７.0.0.1'],
    ['an IPv6 address without brackets', '::1'],
    ['the long spelling of ::1', '[0:0:0:0:0:0:0:1]'],
    ['an address inside IPv6', '[::ffff:127.0.0.1]'],
    ['a zone', '[::1%lo]'],
    ['a space before', ' localhost'],
    ['a space after', 'localhost '],
    ['two hosts', 'localhost, evil.example'],
    ['two hosts without a space', 'localhost,evil.example'],
    ['a path', 'localhost/evil.example'],
    ['a scheme', 'http://localhost'],
    ['a query', 'localhost?evil.example'],
    ['a fragment', 'localhost#evil.example'],
    ['a backslash', 'localhost\\evil.example'],
    ['a line break', 'localhost\nevil.example'],
    ['a zero byte', 'localhost\0'],
    ['an empty port', 'localhost:'],
    ['a port that is no number', 'localhost:http'],
    ['a port of six digits', 'localhost:123456'],
    ['a negative port', 'localhost:-1'],
    ['two ports', 'localhost:1:2'],
    ['a long s', 'localhoſt'],
  ])('with %s stays outside', (_what, value) => {
    expect(host(value)).toBe('forbidden_host');
  });

  it('may be the address that the proxy listens on', () => {
    const policy = { hosts: ['192.168.1.5', '[fe80::1]'], origins: [] };
    expect(host('192.168.1.5:3000', policy)).toBeNull();
    expect(host('[FE80::1]:3000', policy)).toBeNull();
    expect(host('192.168.1.50', policy)).toBe('forbidden_host');
  });
});

describe('the address that was connected to', () => {
  it.each([
    ['192.168.1.5', '192.168.1.5:3000'],
    ['::ffff:192.168.1.5', '192.168.1.5:3000'],
    ['fe80::1', '[fe80::1]:3000'],
  ])('%s may be called as %s', (reachedAt, host) => {
    expect(refusedAtDoor({ host }, closed, reachedAt)).toBeNull();
  });

  it.each([
    ['192.168.1.5', '192.168.1.6'],
    ['192.168.1.5', 'evil.example'],
    ['192.168.1.5', '0.0.0.0'],
    ['::1', '::1'],
  ])('%s may not be called as %s', (reachedAt, host) => {
    expect(refusedAtDoor({ host }, closed, reachedAt)).toBe('forbidden_host');
  });
});

describe('Origin', () => {
  const origin = (value: string | undefined, policy = closed) =>
    refusedAtDoor({ host: 'localhost', ...(value === undefined ? {} : { origin: value }) }, policy);

  it.each([
    ['none, as from programs', undefined],
    ['a page of our own', 'http://localhost:3000'],
    ['a page of our own by address', 'http://127.0.0.1:3000'],
    ['a page of our own by IPv6', 'http://[::1]:3000'],
    ['a page of our own by TLS', 'https://localhost:3000'],
    ['a page of our own in capitals', 'HTTP://LOCALHOST:3000'],
  ])('from %s comes in', (_what, value) => {
    expect(origin(value)).toBeNull();
  });

  it.each([
    ['a page of another server on this machine', 'http://localhost:5173'],
    ['a page of the usual server on this machine', 'http://127.0.0.1'],
    ['a web site', 'https://evil.example'],
    ['a web site with our name in it', 'http://localhost.evil.example'],
    ['a web site with our name before it', 'http://localhost@evil.example'],
    ['a web site with our name behind it', 'http://evil.example/localhost'],
    ['a web site with our name as fragment', 'http://evil.example#localhost'],
    ['an opaque page', 'null'],
    ['nothing', ''],
    ['a file', 'file://'],
    ['a file with a host', 'file://localhost'],
    ['an extension', 'chrome-extension://localhost'],
    ['a bare name', 'localhost'],
    ['a trailing slash', 'http://localhost/'],
    ['a trailing dot', 'http://localhost.'],
    ['a decimal address', 'http://2130706433'],
    ['a short address', 'http://127.1'],
    ['two origins', 'http://localhost http://evil.example'],
    ['two header lines', 'http://localhost, http://evil.example'],
    ['a line break', 'http://localhost\nhttp://evil.example'],
    ['another loopback address', 'http://127.0.0.2'],
  ])('from %s stays outside', (_what, value) => {
    expect(origin(value)).toBe('forbidden_origin');
  });

  it('may be one that was allowed, to the letter', () => {
    const policy = { hosts: [], origins: ['https://app.example', 'null'] };
    expect(origin('https://app.example', policy)).toBeNull();
    expect(origin('null', policy)).toBeNull();
    for (const value of [
      'http://app.example',
      'https://app.example:444',
      'https://app.example.evil.example',
    ]) {
      expect(origin(value, policy)).toBe('forbidden_origin');
    }
  });

  it.each([
    ['none', null],
    ['same-origin', null],
    ['same-site', 'forbidden_origin'],
    ['cross-site', 'forbidden_origin'],
    ['', 'forbidden_origin'],
  ])('is not needed to know a browser: Sec-Fetch-Site %o gives %o', (site, refusal) => {
    expect(refusedAtDoor({ host: 'localhost', 'sec-fetch-site': site }, closed)).toBe(refusal);
  });

  it('does not help where the Host is wrong', () => {
    expect(refusedAtDoor({ host: 'evil.example', origin: 'http://localhost:3000' }, closed)).toBe(
      'forbidden_host',
    );
  });
});
