// What a policy wants beside its decision, and modes of single servers, in the real program.
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { nodeCommand, startProxy, temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

const script = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'));
const secret = 'canary-of-the-arguments';

async function start(rego: string, policy: object) {
  const folder = realpathSync(temporaryFolder());
  const proxy = await startProxy({
    config: { upstream: nodeCommand(script, folder), policy },
    policies: { 'policy.rego': `package mcp.policy\n\n${rego}\n` },
  });
  onTestFinished(() => proxy.stop());
  return { folder, proxy, sdk: await connectSdkClient('streamable-http', proxy.url) };
}

it('a redacted value reaches the server, and no file of the proxy', async () => {
  const obligations = '{"redact": ["content"], "log": ["writes"], "alert": "a file is written"}';
  const { folder, proxy, sdk } = await start(
    `decision := {"allow": true, "obligations": ${obligations}}`,
    {},
  );
  const path = join(folder, 'note.txt');
  await sdk.call('write_file', { path, content: secret });
  expect(readFileSync(path, 'utf8')).toBe(secret);
  await sdk.close();

  const holding = () =>
    readdirSync(proxy.userData, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(secret));
  expect(holding()).toEqual([]);
  await proxy.stop();
  expect(holding()).toEqual([]);
  const [written] = readAuditLog(proxy.userData).filter(({ method }) => method === 'tools/call');
  expect(written?.status).toBe('ok');
  expect(JSON.parse(written?.arguments ?? '')).toEqual({
    path,
    content: expect.stringMatching(/^\[redacted:policy:hmac=[\da-f]{12}\]$/u) as unknown,
  });
});

it('a server with a mode of its own has it, and it is recorded', async () => {
  const policy = { mode: 'enforce', modes: { servers: { default: 'audit' } } };
  const { folder, proxy, sdk } = await start('decision := {"allow": false}', policy);
  const path = join(folder, 'note.txt');
  await sdk.call('write_file', { path, content: 'let through' });
  expect(readFileSync(path, 'utf8')).toBe('let through');
  await sdk.close();
  await proxy.stop();
  const [written] = readAuditLog(proxy.userData).filter(({ method }) => method === 'tools/call');
  expect(written).toMatchObject({ decision: 'allow', reason: 'audit_mode', policy_mode: 'audit' });
});
