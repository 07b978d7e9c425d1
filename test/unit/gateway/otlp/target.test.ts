// What a configured collector comes to: its URL, its files, its resource, and what can't work.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAgent, exporterOptions } from '../../../../electron/gateway/otlp/exporter-options.ts';
import { type OtlpSignal, readOtlpTarget } from '../../../../electron/gateway/otlp/target.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

const read = (otlp: object, signal: OtlpSignal = 'logs') =>
  readOtlpTarget(configSchema.parse({ audit: { otlp } }).audit.otlp, {
    key: 'audit.otlp',
    signal,
    version: '1.2.3',
  });

const folder = mkdtempSync(join(tmpdir(), 'otlp-'));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a target', () => {
  it('is none without an endpoint', () => {
    expect(read({})).toBeNull();
    expect(read({ endpoint: '' })).toBeNull();
  });

  it.each([
    ['https://c.example:4318', 'https://c.example:4318/v1/logs'],
    ['https://c.example:4318/', 'https://c.example:4318/v1/logs'],
    ['https://c.example/otlp/', 'https://c.example/otlp/v1/logs'],
    ['https://c.example/otlp/v1/logs', 'https://c.example/otlp/v1/logs'],
  ])('%s is %s for logs', (endpoint, url) => {
    expect(read({ endpoint })?.url).toBe(url);
  });

  it('has a path of its own for traces', () => {
    expect(read({ endpoint: 'https://c.example/' }, 'traces')?.url).toBe('https://c.example/v1/traces');
  });

  it('says what sends, and lets that be changed and taken out', () => {
    const endpoint = 'https://c.example';
    expect(read({ endpoint })?.resource).toEqual({
      'service.name': 'mcp-proxy-desktop',
      'service.version': '1.2.3',
      'host.name': hostname(),
    });
    const resource = { 'host.name': '', 'deployment.environment.name': 'production' };
    expect(read({ endpoint, resource })?.resource).toEqual({
      'service.name': 'mcp-proxy-desktop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
    });
  });

  it.each([
    [{ token_file: '/nowhere/token' }, /audit\.otlp\.token_file: \/nowhere\/token can't be read/],
    [{ ca_file: '/nowhere/ca.pem' }, /audit\.otlp\.ca_file: \/nowhere\/ca\.pem can't be read/],
    [{ ca_file: file('no.pem', 'none') }, /audit\.otlp\.ca_file: expected a certificate as PEM/],
    [
      { cert_file: file('cert.pem', 'none'), key_file: file('key.pem', 'none') },
      /audit\.otlp: cert_file and key_file can't be used together/,
    ],
  ])('refuses %j', (files, message) => {
    expect(() => read({ endpoint: 'https://c.example', ...files })).toThrow(message);
  });

  it('presents the token of its file as it is at that moment', async () => {
    const path = file('token', 'first\n');
    const target = read({ endpoint: 'https://c.example', token_file: path, headers: { 'X-Team': 'a' } });
    if (target === null) expect.fail('no target');
    const { headers } = exporterOptions(target, createAgent(target));
    const now = () => (typeof headers === 'function' ? headers() : headers);
    expect(await now()).toEqual({ 'X-Team': 'a', Authorization: 'Bearer first' });
    writeFileSync(path, 'second');
    expect(await now()).toEqual({ 'X-Team': 'a', Authorization: 'Bearer second' });
  });
});

describe('audit.otlp', () => {
  const problem = (otlp: object) =>
    configSchema
      .safeParse({ audit: { otlp } })
      .error?.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
  const endpoint = 'https://c.example';

  it.each([
    [{ endpoint, token: 'a', headers: { 'X-Team': 'b' } }],
    [{ endpoint: 'http://127.0.0.1:4318', headers: { Authorization: 'Basic a' } }],
    [{ endpoint, cert_file: 'a.pem', key_file: 'b.pem' }],
  ])('takes %j', (otlp) => {
    expect(problem(otlp)).toBeUndefined();
  });

  it.each([
    [{ endpoint: 'c.example:4317' }, /^endpoint: a URL that begins with http/],
    [{ endpoint: 'https://me:secret@c.example' }, /^endpoint: a URL without user name/],
    [{ endpoint: 'https://c.example/?key=secret' }, /^endpoint: a URL without user name/],
    [{ endpoint, token: 'a', token_file: 'b' }, /^token: either/],
    [{ endpoint, token: 'a', headers: { authorization: 'b' } }, /^headers: no Authorization/],
    [{ endpoint, cert_file: 'a.pem' }, /^key_file: a file/],
    [{ endpoint, key_file: 'a.pem' }, /^cert_file: a file/],
    [{ endpoint, headers: { 'content-type': 'text/plain' } }, /^headers: a section of HTTP headers/],
    [{ endpoint, resource: { 'service.name': 1 } }, /^resource\.service\.name: a text/],
  ])('refuses %j', (otlp, message) => {
    expect(problem(otlp)).toHaveLength(1);
    expect(problem(otlp)?.[0]).toMatch(message);
  });
});
