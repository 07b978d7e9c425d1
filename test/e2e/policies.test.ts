// Policies in the real window: a typo is marked while it is typed, a save changes the next call, a rollback undoes it.
import type { Locator } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { type AppInWindow, startApp } from './app.ts';

async function connect({ page, url }: AppInWindow): Promise<SdkClient> {
  await page.getByRole('status').getByText('Running', { exact: true }).waitFor();
  const client = await connectSdkClient('streamable-http', url);
  onTestFinished(() => client.close());
  return client;
}

/** Opens a file of the policies; the editor has the focus then, its cursor at the end. */
async function openFile({ page }: AppInWindow, name: string): Promise<Locator> {
  await page.getByRole('navigation').getByRole('button', { name: 'Policies' }).click();
  await page.getByRole('tab', { name }).first().click();
  const editor = page.getByRole('textbox', { name });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+End');
  return editor;
}

const state = ({ page }: AppInWindow, words: RegExp) =>
  page
    .getByRole('region', { name: 'Policies' })
    .getByRole('status')
    .filter({ hasText: words })
    .first()
    .waitFor();

const rule = `
objections contains {"rule": "no_listing", "message": "Listing is off"} if input.tool == "list_notes"
`;

describe('the policy editor', () => {
  it('marks a typo while it is typed, and its list leads there', async () => {
    const running = await startApp();
    const { page, complaints } = running;
    await openFile(running, 'decision.rego');
    await page.keyboard.insertText('\nsurely if inptu.tool == "x"\n');
    const row = page.getByRole('list', { name: 'Problems of the policies' }).getByRole('button').first();
    await row.getByText(/inptu/).waitFor();
    await page.locator('.cm-lint-marker-error').waitFor();
    await row.click();
    await page.locator('.cm-activeLine').filter({ hasText: 'inptu' }).waitFor();
    // Its styles come in without a word to the page's security policy.
    expect(complaints).toEqual([]);
  });

  it('saves a rule that holds from the next call on, and rolls it back', async () => {
    const running = await startApp();
    const { page } = running;
    const client = await connect(running);
    await expect(client.call('list_notes')).resolves.toContain('welcome');

    await openFile(running, 'decision.rego');
    await page.keyboard.insertText(rule);
    await state(running, /1 file is not saved/);
    await page.getByLabel(/note for the history/).fill('No listing');
    await page.keyboard.press('ControlOrMeta+s');
    await state(running, /Saved and in force/);
    await expect(client.call('list_notes')).rejects.toMatchObject({ code: -32001 });

    await page.getByRole('tab', { name: 'History' }).click();
    const versions = page.getByRole('list', { name: 'Versions' }).getByRole('listitem');
    await versions.first().getByText('No listing').waitFor();
    await versions.nth(1).getByRole('button', { name: 'Put back' }).click();
    await versions.first().getByText('Put back', { exact: true }).first().waitFor();
    await expect(client.call('list_notes')).resolves.toContain('welcome');
  });

  it('keeps what was not saved while the window is closed', async () => {
    const running = await startApp();
    await openFile(running, 'listed.rego');
    await running.page.keyboard.insertText('# Not done yet\n');
    await state(running, /1 file is not saved/);
    await running.page.close();
    const opened = running.app.waitForEvent('window');
    await running.startAgain();
    const page = await opened;
    await page.getByRole('navigation').getByRole('button', { name: 'Policies' }).click();
    await page
      .getByRole('tab', { name: /listed\.rego.*unsaved/ })
      .first()
      .click();
    await page.getByText('# Not done yet').waitFor();
  });
});
