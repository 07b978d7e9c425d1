import { describe, expect, it } from 'vitest';
import { configuredServers } from '../../../../electron/gateway/runtime/configured-servers.ts';
import { configSchema } from '../../../../electron/shared/config.ts';
import { recordingLogger } from '../fakes.ts';
import { noRegister } from '../upstream/peers.ts';

function serversOf(file: object) {
  const surroundings = {
    out: '/app/out',
    userData: '/data',
    env: {},
    children: noRegister,
    onLine: () => undefined,
    logger: recordingLogger(),
  };
  return configuredServers(configSchema.parse(file), surroundings);
}

const namesOf = (file: object) => serversOf(file).map(({ name }) => name);

describe('the servers behind the proxy', () => {
  const files = { command: 'files' };
  const off = { command: 'off', enabled: false };

  it('are the demo where none is configured, or none is left', () => {
    expect(serversOf({})).toMatchObject([{ kind: 'demo', name: 'demo', era: 'legacy' }]);
    expect(namesOf({ servers: { off, empty: {} } })).toEqual(['demo']);
  });

  it('begin with upstream, which is named default', () => {
    const upstream = { url: 'https://mcp.example/mcp' };
    expect(namesOf({ upstream })).toEqual(['default']);
    expect(namesOf({ upstream, servers: { files, off, git: { url: 'http://localhost:1' } } })).toEqual([
      'default',
      'files',
      'git',
    ]);
  });

  it('begin with the first enabled one where there is no upstream', () => {
    expect(namesOf({ servers: { off, files, git: { command: 'git' } } })).toEqual(['files', 'git']);
  });

  it('keep what was said of each to themselves', () => {
    const servers = {
      files: { command: 'files', args: ['/x'], env: { A: '1' }, cwd: '/y', era: 'modern' },
      mail: { url: 'http://localhost:1/sse', transport: 'sse', headers: { Authorization: 'Bearer t' } },
      web: { url: 'http://localhost:2/mcp', transport: 'http' },
    };
    expect(serversOf({ upstream: { timeout: '5s' }, servers })).toMatchObject([
      { kind: 'stdio', command: 'files', args: ['/x'], env: { A: '1' }, cwd: '/y', era: 'modern' },
      { kind: 'http', transport: 'sse', headers: { Authorization: 'Bearer t' }, timeoutMs: 5000 },
      { kind: 'http', transport: 'streamable-http', headers: {}, era: 'auto' },
    ]);
  });
});
