// `npm run demo` against a proxy that nobody configured: the demo server and the shipped policies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, startProxy, temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

const demo = fileURLToPath(new URL('../../out/demo.js', import.meta.url));

async function runDemo(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [demo, ...args], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

let proxy: RunningProxy;
beforeAll(async () => {
  proxy = await startProxy({ config: null });
});
afterAll(() => proxy.stop());

describe('with nothing configured', () => {
  it('the tour is allowed, denied, and denied where nobody is there to ask', async () => {
    const { code, stdout } = await runDemo('--user-data', proxy.userData);
    expect(stdout).toMatch(/list_notes\n.*\n +✓ allowed/);
    expect(stdout).toMatch(/delete_note\n.*\n +✗ denied/);
    expect(stdout).toMatch(/send_note\n.*\n +✗ denied .*nobody is there/);
    expect(code).toBe(0);
    expect(readAuditLog(proxy.userData).filter((row) => row.method === 'tools/call')).toMatchObject([
      { client: 'npm run demo', tool: 'list_notes', decision: 'allow', reason: 'policy', status: 'ok' },
      { client: 'npm run demo', tool: 'delete_note', decision: 'deny', reason: 'policy', status: 'refused' },
      {
        client: 'npm run demo',
        tool: 'send_note',
        decision: 'deny',
        reason: 'nobody_to_ask',
        status: 'refused',
      },
    ]);
  });

  it('the notes are in the folder of user data, and nothing was sent', async () => {
    const sdk = await connectSdkClient('streamable-http', proxy.url);
    expect(await sdk.call('list_notes')).toMatch(/2 notes:\n- ideas .*\n- welcome /);
    expect(await sdk.call('write_note', { name: 'mine', text: 'x' })).toContain('created');
    await sdk.close();
    expect(existsSync(join(proxy.userData, 'demo-notes', 'mine.md'))).toBe(true);
    expect(existsSync(join(proxy.userData, 'demo-notes', 'outbox.log'))).toBe(false);
  });

  it('a denial says which capability was missing', async () => {
    const sdk = await connectSdkClient('streamable-http', proxy.url);
    await expect(sdk.call('delete_note', { name: 'welcome' })).rejects.toMatchObject({
      code: -32001,
      data: {
        tool: 'delete_note',
        required_capability: 'delete:notes',
        agent_id: 'anonymous',
        agent_capabilities: ['read:*', 'write:*'],
        violations: [expect.stringContaining("lacks capability 'delete:notes'") as string],
        policy_mode: 'enforce',
      },
    });
    await sdk.close();
  });

  it('the tool that would be denied is not listed', async () => {
    const sdk = await connectSdkClient('streamable-http', proxy.url);
    const { tools } = await sdk.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'list_notes',
      'read_note',
      'send_note',
      'write_note',
    ]);
    await sdk.close();
  });

  it('every client hears of a note that another one writes', async () => {
    const writer = await connectSdkClient('streamable-http', proxy.url);
    const reader = await connectSdkClient('sse', proxy.url);
    await reader.call('list_notes');
    await writer.call('write_note', { name: 'news', text: 'x' });
    await expect.poll(() => reader.heard).toContain('resources changed');
    await Promise.all([writer.close(), reader.close()]);
  });
});

describe('without a running proxy', () => {
  it('says what to do, with exit code 1', async () => {
    const { code, stderr } = await runDemo('--user-data', temporaryFolder());
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });
});
