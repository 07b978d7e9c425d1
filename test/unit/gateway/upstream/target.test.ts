// How servers are named to people, without their secrets.
import { describe, expect, it } from 'vitest';
import { describeCommand, describeUrl } from '../../../../electron/gateway/upstream/target.ts';

describe('describeCommand', () => {
  it.each([
    [
      ['-y', '@modelcontextprotocol/server-filesystem', '/home/a b'],
      'npx -y @modelcontextprotocol/server-filesystem "/home/a b"',
    ],
    [['server', '--api-key', 'sk-1'], 'npx server --api-key …'],
    [['server', '--token=sk-1'], 'npx server --token=…'],
    [['-e', 'GITHUB_TOKEN=ghp_1', 'img'], 'npx -e GITHUB_TOKEN=… img'],
    [['--header', 'Authorization=Bearer x'], 'npx --header "Authorization=Bearer x"'],
    [['--password', '--verbose'], 'npx --password --verbose'],
    [['mcp-remote', 'https://a:b@example.org/mcp?key=1'], 'npx mcp-remote https://example.org/mcp?…'],
    [[''], 'npx ""'],
  ])('%j', (args, shown) => {
    expect(describeCommand('npx', args)).toBe(shown);
  });
});

describe('describeUrl', () => {
  it('leaves out user name, password, query and fragment', () => {
    expect(describeUrl(new URL('https://user:pass@example.org:8443/mcp?key=secret#f'))).toBe(
      'https://example.org:8443/mcp?…',
    );
    expect(describeUrl(new URL('http://127.0.0.1:3000/sse'))).toBe('http://127.0.0.1:3000/sse');
  });
});
