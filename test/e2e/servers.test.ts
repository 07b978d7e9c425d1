// Servers in the real window, with a real server from npm: its life, its test, its switches; and what is said of what breaks.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEverything } from '../integration/everything-server.ts';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { connectSdkClient } from '../integration/sdk-client.ts';
import { startApp } from './app.ts';

async function start(sections: Readonly<Record<string, unknown>> = {}) {
  const port = await freePort();
  const { section } = await startEverything('stdio');
  const configFile = await writeConfig(temporaryFolder(), {
    server: { listen: { address: '127.0.0.1', port } },
    servers: { everything: section, broken: { command: 'no-such-command-anywhere' } },
    ...sections,
  });
  const started = await startApp({ configFile });
  await started.page.getByText(`127.0.0.1:${port}`).first().waitFor();
  return { ...started, url: `http://127.0.0.1:${port}` };
}

it('shows a server from its first call to its end, tests, stops, starts and restarts it', async () => {
  const { page, url, complaints } = await start();
  await page.getByRole('navigation').getByRole('button', { name: 'Servers' }).click();
  const row = page.getByRole('list', { name: 'Servers' }).getByRole('listitem').first();
  await row.getByText('Idle').waitFor();

  const sdk = await connectSdkClient('streamable-http', url, '/servers/everything/mcp');
  onTestFinished(() => sdk.close());
  await sdk.client.listTools();
  expect(await sdk.call('echo', { message: 'hi' })).toContain('hi');
  await row.getByText('Running').waitFor();
  await row.getByText('1 session').waitFor();
  await row.getByText(/^\d+ calls today$/u).waitFor();

  await page.getByRole('button', { name: 'everything', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'Server' });
  await panel.getByText('MCP 2025-11-25').waitFor();
  await panel.getByText('echo', { exact: true }).waitFor();
  await panel.getByText('Starting default (STDIO) server...').first().waitFor();
  await panel.getByRole('button', { name: 'Test the connection' }).click();
  await panel.getByText(/^It works, and offers \d+ tools\.$/u).waitFor();

  await panel.getByRole('button', { name: 'Stop', exact: true }).click();
  await row.getByText('Stopped').waitFor();
  await expect(sdk.call('echo', { message: 'hi' })).rejects.toThrow('everything was stopped by the user');
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.getByText('Idle').waitFor();
  expect(await sdk.call('echo', { message: 'back' })).toContain('back');
  await row.getByText('Running').waitFor();

  await panel.getByRole('button', { name: 'Restart' }).click();
  await page.getByText('Restarted everything. Its sessions go on.').first().waitFor();
  await panel.getByText('You restarted it.').waitFor();
  expect(await sdk.call('echo', { message: 'still here' })).toContain('still here');

  await panel.getByRole('button', { name: 'Its calls today' }).click();
  await page
    .getByRole('button', { name: /everything/u })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

it('finds a server by its name, and says why one does not work', async () => {
  const { page } = await start();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox').fill('test the server broken');
  await page.getByRole('option', { name: 'Test the server broken' }).waitFor();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Server' });
  await panel.getByText('It does not work.').waitFor();
  await panel
    .getByText(/"no-such-command-anywhere" was not found\. Install it/u)
    .first()
    .waitFor();
});

it('says of each part how it is: little room on the disk, and a server that fails', async () => {
  const { page, url } = await start({ health: { low_disk: '9000TB' } });
  await connectSdkClient('streamable-http', url, '/servers/broken/mcp').catch(() => undefined);
  await page.getByTitle('How each part is').click();
  const parts = page.getByRole('list', { name: 'Parts of the proxy' });
  await parts.getByText(/^Only [\d.]+ [MG]B are free on the disk of the audit log\.$/u).waitFor();
  await parts.getByText(/^Make room there/u).waitFor();
  await parts.getByText(/"no-such-command-anywhere" was not found/u).waitFor();
  await parts.getByRole('button', { name: 'Test it: Server broken' }).click();
  await page.getByRole('complementary', { name: 'Server' }).getByText('It does not work.').waitFor();
});

it('says that the log can not be written, and that it can again', async () => {
  const folder = join(temporaryFolder(), 'log');
  mkdirSync(folder);
  const { page, url } = await start({ audit: { db_path: join(folder, 'audit.db') } });
  const sdk = await connectSdkClient('streamable-http', url, '/servers/everything/mcp');
  onTestFinished(() => sdk.close());
  await page.getByTitle('How each part is').click();
  const parts = page.getByRole('list', { name: 'Parts of the proxy' });
  await parts.getByText('Every call is on disk before it goes on.').waitFor();

  // What is written to is gone, and a file stands where its folder was.
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  const call = () =>
    sdk.call('echo', { message: 'hi' }).then(
      () => 'sent',
      () => 'refused',
    );
  await expect.poll(call, { timeout: 20_000 }).toBe('refused');
  const log = parts.getByRole('listitem').filter({ hasText: 'Audit log' });
  await log.getByText('Broken').waitFor();
  await log.getByText(/^Calls are denied until it can be\./u).waitFor();

  rmSync(folder);
  mkdirSync(folder);
  await expect.poll(call, { timeout: 20_000 }).toBe('sent');
  await log.getByText('Fine').waitFor();
});

it('adds a server by its command once that works, serves it after a restart, and removes it', async () => {
  const { page, url, complaints } = await start();
  const { section } = await startEverything('stdio');
  const { command, args } = section as { command: string; args: string[] };
  await page.getByRole('navigation').getByRole('button', { name: 'Servers' }).click();
  await page.getByRole('button', { name: 'Add a server' }).click();
  await page.getByLabel('Name').fill('mine');
  await page
    .getByLabel('Command or URL')
    .fill(`env ELECTRON_RUN_AS_NODE=1 "${command}" "${args.join('" "')}"`);
  await page.getByRole('button', { name: 'Test and add' }).click();
  await page.getByText('Added mine.').first().waitFor();
  await page.getByRole('button', { name: 'Restart the proxy' }).click();
  const row = page.getByRole('list', { name: 'Servers' }).getByRole('listitem').filter({ hasText: 'mine' });
  await row.getByText('added here').waitFor();
  const sdk = await connectSdkClient('streamable-http', url, '/servers/mine/mcp');
  onTestFinished(() => sdk.close());
  expect(await sdk.call('echo', { message: 'mine' })).toContain('mine');
  await page.getByRole('button', { name: 'mine', exact: true }).click();
  await page.getByRole('complementary', { name: 'Server' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Removed mine.').first().waitFor();
  expect(complaints).toEqual([]);
});
