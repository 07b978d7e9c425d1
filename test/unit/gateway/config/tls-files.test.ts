// Certificate and key: read before the proxy starts, with words for whatever is wrong with them.
import { writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTlsFiles } from '../../../../electron/gateway/config/tls-files.ts';
import { ConfigError } from '../../../../electron/gateway/errors.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

const fixture = (name: string) => join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tls', name);
const pair = {
  enabled: true,
  cert_file: fixture('server-cert.pem'),
  key_file: fixture('server-key.pem'),
} as const;

function load(tls: object) {
  return loadTlsFiles(configSchema.parse({ tls }).tls);
}

it('reads nothing where TLS is off', () => {
  expect(load({ cert_file: '/nowhere' })).toBeNull();
});

it('reads certificate and key', () => {
  expect(load({ ...pair, min_version: '1.3' })).toMatchObject({
    cert: expect.stringContaining('BEGIN CERTIFICATE') as string,
    key: expect.stringContaining('BEGIN PRIVATE KEY') as string,
    ca: null,
    minVersion: 'TLSv1.3',
    clientAuth: 'none',
  });
});

describe('is refused, in words, where', () => {
  it.each<[string, object, RegExp]>([
    ['there is no certificate', { ...pair, cert_file: '' }, /^tls\.cert_file: expected a file, because tls/u],
    ['there is no key', { ...pair, key_file: '' }, /^tls\.key_file: expected a file/u],
    [
      'a file is missing',
      { ...pair, key_file: '/nowhere.pem' },
      /^tls\.key_file: \/nowhere\.pem can't be read/u,
    ],
    ['they are no pair', { ...pair, key_file: fixture('client-key.pem') }, /can't be used together/u],
    ['they are mixed up', { ...pair, cert_file: pair.key_file, key_file: pair.cert_file }, /used together/u],
    [
      'clients must prove themselves to nobody',
      { ...pair, client_auth: 'require' },
      /^tls\.ca_file: expected/u,
    ],
  ])('%s', (_what, tls, words) => {
    expect(() => load(tls)).toThrow(ConfigError);
    expect(() => load(tls)).toThrow(words);
  });

  it('a file holds something else', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'tls-'));
    const file = join(folder.path, 'cert.pem');
    writeFileSync(file, 'not a certificate');
    expect(() => load({ ...pair, cert_file: file })).toThrow(/can't be used together/u);
  });
});
