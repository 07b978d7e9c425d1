// The two policies of the Go server's README, unchanged; the first in front of the real server-filesystem.
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AuditRow, readAuditLog } from './audit-log.ts';
import { type RunningProxy, nodeCommand, startProxy, temporaryFolder } from './harness.ts';
import { openRawSession } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';
import { type SdkClient, connectSdkClient } from './sdk-client.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../policies/examples/${name}/policy.rego`, import.meta.url), 'utf8');
const script = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'));
const forbidden = '/etc/mcp-proxy-desktop-test';

interface Setting {
  readonly proxy: RunningProxy;
  readonly sdk: SdkClient;
  readonly file: string;
}

async function start(mode: 'enforce' | 'audit', capabilities: string[] = ['read:*']): Promise<Setting> {
  const folder = realpathSync(temporaryFolder());
  const file = join(folder, 'note.txt');
  writeFileSync(file, 'what was written');
  const proxy = await startProxy({
    config: {
      upstream: nodeCommand(script, folder),
      agent: { id: 'agent-7', name: 'Tester', capabilities },
      policy: { mode },
    },
    policies: { 'policy.rego': example('restrict-file-system-access') },
  });
  onTestFinished(() => proxy.stop());
  const sdk = await connectSdkClient('streamable-http', proxy.url);
  return { proxy, sdk, file };
}

/** The error that a call ends with. */
async function errorOf(call: Promise<string>): Promise<McpError> {
  const outcome = await call.then(
    (text) => new Error(`It was answered: ${text}`),
    (error: unknown) => error,
  );
  if (outcome instanceof McpError) return outcome;
  throw outcome;
}

async function calls({ proxy, sdk }: Setting): Promise<AuditRow[]> {
  await sdk.close();
  await proxy.stop();
  return readAuditLog(proxy.userData).filter((row) => row.method === 'tools/call');
}

describe('"restrict file system access" in mode enforce', () => {
  it('allows the read, denies the write to /etc, and records both', async () => {
    const setting = await start('enforce');
    const { sdk, file } = setting;
    expect(await sdk.call('read_text_file', { path: file })).toBe('what was written');

    const error = await errorOf(sdk.call('write_file', { path: forbidden, content: 'x' }));
    expect(error.code).toBe(-32001);
    expect(error.data).toEqual({
      request_id: expect.stringMatching(/^req_[0-9a-f]{16}$/) as string,
      agent_id: 'agent-7',
      tool: 'write_file',
      agent_capabilities: ['read:*'],
      violations: ["The policy's rule `deny` applies to this call"],
      policy_mode: 'enforce',
      timestamp: expect.any(String) as string,
    });
    expect(existsSync(forbidden)).toBe(false);

    expect(await calls(setting)).toMatchObject([
      { tool: 'read_text_file', decision: 'allow', reason: 'policy', policy_mode: 'enforce', status: 'ok' },
      {
        tool: 'write_file',
        decision: 'deny',
        reason: 'policy',
        status: 'refused',
        error_code: -32001,
        agent_id: 'agent-7',
      },
    ]);
  });

  it('denies the read to an agent without the capability', async () => {
    const { sdk, file } = await start('enforce', []);
    expect((await errorOf(sdk.call('read_text_file', { path: file }))).code).toBe(-32001);
  });

  it('denies every other write too, for nothing allows it', async () => {
    const { sdk, file } = await start('enforce');
    expect((await errorOf(sdk.call('write_file', { path: file, content: 'x' }))).code).toBe(-32001);
    expect(readFileSync(file, 'utf8')).toBe('what was written');
  });
});

describe('"restrict file system access" in mode audit', () => {
  it('forwards what the policy denies, and marks it', async () => {
    const setting = await start('audit');
    const { sdk, file } = setting;
    await sdk.call('write_file', { path: file, content: 'changed' });
    expect(readFileSync(file, 'utf8')).toBe('changed');
    // It is the server that refuses this one: the path is outside its folder.
    expect(await sdk.call('write_file', { path: forbidden, content: 'x' })).toMatch(
      /outside allowed directories/,
    );

    expect(await calls(setting)).toMatchObject([
      { tool: 'write_file', decision: 'allow', reason: 'audit_mode', policy_mode: 'audit', status: 'ok' },
      {
        tool: 'write_file',
        decision: 'allow',
        reason: 'audit_mode',
        policy_mode: 'audit',
        arguments: expect.stringContaining(forbidden) as string,
      },
    ]);
  });
});

describe('"rate limiting"', () => {
  it('allows 100 messages in a session, and none after them', async () => {
    const upstream = await startRawUpstream('stdio');
    const proxy = await startProxy({
      config: { upstream: upstream.section },
      policies: { 'policy.rego': example('rate-limiting') },
    });
    onTestFinished(() => proxy.stop());
    const session = await openRawSession('streamable-http', proxy.url);
    const call = async (id: number) => {
      const [answer] = await session.ask(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"x"}}`,
      );
      return (JSON.parse(answer ?? '') as { error?: { code: number } }).error?.code ?? 'allowed';
    };
    const answers: (string | number)[] = [];
    for (let id = 0; id < 102; id += 1) answers.push(await call(id));
    // initialize and notifications/initialized are messages of the session too.
    expect(answers.slice(0, 98)).toEqual(Array.from({ length: 98 }, () => 'allowed'));
    expect(answers.slice(98)).toEqual([-32001, -32001, -32001, -32001]);

    const another = await openRawSession('streamable-http', proxy.url);
    const [answer] = await another.ask(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}',
    );
    expect(answer).toContain('"result"');
  });
});
