// Settings made in the real window: what they do to calls, what waits for a restart, what is locked, and what is refused.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort, temporaryFolder } from '../integration/harness.ts';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { type AppInWindow, patience, startApp } from './app.ts';

async function opened(more = '') {
  const port = await freePort();
  const configFile = join(temporaryFolder(), 'proxy.yaml');
  writeFileSync(configFile, `server:\n  listen: { port: ${port} }\n${more}`);
  const started = await startApp({ configFile });
  const { page, app } = started;
  await page.getByText('Running', { exact: true }).first().waitFor();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Settings' }).click();
  const userData = await app.evaluate((electron) => electron.app.getPath('userData'));
  return { ...started, url: `http://127.0.0.1:${port}`, userData };
}

const group = ({ page }: Pick<AppInWindow, 'page'>, name: string) =>
  page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name }).click();

/** What the window is answered; as text, because tests know nothing of a browser's globals. */
const asked = (page: AppInWindow['page'], command: string, input?: object) =>
  page.evaluate<unknown>(`window.mcpProxy.invoke('${command}', ${JSON.stringify(input)})`);

const deletion = (client: SdkClient) => client.call('delete_note', { name: 'welcome' });

it('what takes effect at once decides the next call, is undone, and stands in the log', async () => {
  const all = await opened();
  const { page, url, userData, complaints } = all;
  const client = await connectSdkClient('streamable-http', url);
  await expect(deletion(client)).rejects.toMatchObject({ code: -32001 });

  await group(all, 'Policy & mode');
  const mode = page.getByRole('group', { name: 'Mode', exact: true });
  await mode.getByRole('radio', { name: 'Audit' }).click();
  await page.getByText('Mode: Audit.').waitFor();
  await group(all, 'Approvals');
  await page.getByRole('combobox', { name: 'Ask in mode Audit about' }).selectOption('denied');
  await page.getByText('Ask in mode Audit about: What is denied.').waitFor();
  const question = deletion(client);
  await page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('button', { name: /^Approvals/u })
    .click();
  const denied = expect(question).rejects.toMatchObject({ code: -32001 });
  await page.getByRole('article').getByRole('button', { name: 'Deny' }).click();
  await denied;
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Settings' }).click();

  await group(all, 'Logging');
  await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
  await page.getByText('Level: Error.').waitFor();
  const file = join(userData, 'window-settings.json');
  const kept = () => JSON.parse(readFileSync(file, 'utf8')) as unknown;
  expect(kept()).toEqual({ approvals: { ask: 'denied' }, logging: { level: 'error' } });
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  await page
    .getByText('Level: Error.')
    .locator('xpath=ancestor::*[@role="group"][1]')
    .getByText('Undo')
    .click();
  await page.getByText('Level is as it was before.').waitFor();
  expect(kept()).toEqual({ approvals: { ask: 'denied' }, logging: {} });
  const events = await asked(page, 'events.search', { kinds: ['config.set'], limit: 10 });
  expect(JSON.stringify(events)).toMatch(/logging\.level.*approvals\.ask/su);
  expect(complaints).toEqual([]);
}, 60_000);

it('what waits for a restart says so, and holds after it', async () => {
  const all = await opened();
  const { page, url } = all;
  await group(all, 'Proxy & port');
  const most = page.getByRole('textbox', { name: 'Open sessions at most' });
  await most.fill('1');
  await most.press('Enter');
  await page.getByText('Takes effect after a restart of the proxy.', { exact: true }).waitFor();
  const before = [
    await connectSdkClient('streamable-http', url),
    await connectSdkClient('streamable-http', url),
  ];
  expect(await before[1]?.call('list_notes')).toContain('welcome');
  const above = page.getByRole('group', { name: 'What waits for a restart' });
  await above.getByRole('button', { name: 'Restart now' }).click();
  await above.waitFor({ state: 'detached' });
  await page.getByText('Running', { exact: true }).first().waitFor();
  const after = await connectSdkClient('streamable-http', url);
  expect(await after.call('list_notes')).toContain('welcome');
  await expect(connectSdkClient('streamable-http', url)).rejects.toThrow();
}, 60_000);

it('what a file sets is locked, a wrong value is refused beside its field, and no secret is in the page', async () => {
  const all = await opened('policy:\n  bundle: { token: xyzzy-from-file }\n');
  const { page, userData } = all;
  await group(all, 'Proxy & port');
  const port = page.getByRole('group', { name: 'Port', exact: true });
  expect(await port.getByRole('textbox').isDisabled()).toBe(true);
  await port.getByText('Locked: set in proxy.yaml, line 2').waitFor();

  await group(all, 'Approvals');
  const timeout = page.getByRole('textbox', { name: 'Wait for an answer' });
  await timeout.fill('soon');
  await timeout.press('Enter');
  await page
    .getByRole('alert')
    .getByText(/Expected a duration such as "30s"/u)
    .waitFor();
  expect(await timeout.inputValue()).toBe('soon');
  expect(() => statSync(join(userData, 'window-settings.json'))).toThrow(/ENOENT/u);

  await group(all, 'Policy bundle');
  await page.getByRole('group', { name: 'Token', exact: true }).getByText('Set, and not shown').waitFor();
  await page.getByRole('button', { name: 'Set: Key of signatures' }).click();
  await page.locator('input[type=password]').fill('xyzzy-typed');
  await page.locator('input[type=password]').press('Enter');
  await page.getByText('Key of signatures: set.').waitFor();
  expect(await page.content()).not.toContain('xyzzy');
  const overview = await asked(page, 'config.read');
  expect(JSON.stringify(overview)).not.toContain('xyzzy');
}, 60_000);

it('mends what keeps the proxy from starting', async () => {
  const taken = await opened();
  const { port } = new URL(taken.url);
  const configFile = join(temporaryFolder(), 'proxy.yaml');
  writeFileSync(configFile, 'audit: { retention_days: 3 }\n');
  const { page, app } = await startApp({ configFile });
  await page.getByText('Running', { exact: true }).first().waitFor();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Settings' }).click();
  await group({ page }, 'Proxy & port');
  const field = page.getByRole('textbox', { name: 'Port', exact: true });
  await field.fill(port);
  await field.press('Enter');
  await page.getByRole('group', { name: 'What waits' }).getByRole('button', { name: 'Restart now' }).click();
  await page
    .getByText(/is used by another program/u)
    .first()
    .waitFor({ timeout: 2 * patience });
  const free = await freePort();
  await field.fill(String(free));
  await field.press('Enter');
  await page
    .getByText(`127.0.0.1:${free}`)
    .first()
    .waitFor({ timeout: 2 * patience });
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('system');
}, 90_000);
