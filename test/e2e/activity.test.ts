// The Activity view in the real window, on a real log of 10,000 calls: search, filters, records, following, the proof.
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { connectSdkClient } from '../integration/sdk-client.ts';
import { startApp } from './app.ts';
import { recordedDay } from './recorded-day.ts';

const calls = 10_000;

async function opened() {
  const port = await freePort();
  const configFile = await writeConfig(temporaryFolder(), {
    server: { listen: { address: '127.0.0.1', port } },
    audit: { db_path: await recordedDay(calls) },
  });
  const running = await startApp({ configFile });
  const { page } = running;
  await page.getByRole('status').getByText('Running', { exact: true }).waitFor();
  await page.getByRole('navigation').getByRole('button', { name: 'Activity' }).click();
  const decisions = page.getByRole('group', { name: 'Decision' });
  await decisions.getByRole('button', { name: /^All\s*10,000/ }).waitFor();
  /** Rows of the list, its head left out. */
  const rows = page.getByRole('grid').getByRole('row').filter({ hasNotText: 'Tool or method' });
  const total = async (name: RegExp) => {
    const text = await decisions.getByRole('button', { name }).innerText();
    return Number(text.replaceAll(/\D/g, ''));
  };
  return { ...running, port, decisions, rows, total };
}

describe('the Activity view on 10,000 calls', () => {
  it('finds words, narrows by decision and tool, and tells what it counts', async () => {
    const { page, decisions, rows, total, complaints } = await opened();
    const search = page.getByRole('searchbox');
    await page.getByRole('grid').press('/');
    await search.fill('invoice');
    await rows.filter({ hasText: 'search_files' }).first().waitFor();
    await expect.poll(() => total(/^All /)).toBeLessThan(calls);
    expect(await rows.filter({ hasNotText: 'search_files' }).count()).toBe(0);

    await search.fill('');
    await expect.poll(() => total(/^All /)).toBe(calls);
    const denied = await total(/^Denied/);
    await decisions.getByRole('button', { name: /Denied/ }).click();
    await page.getByRole('button', { name: 'Narrow the log' }).click();
    await page.getByRole('button', { name: 'Tool', exact: true }).click();
    await page.getByRole('button', { name: /delete_file/ }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => total(/^Denied/)).toBeLessThan(denied);
    expect(await rows.filter({ hasNotText: 'delete_file' }).count()).toBe(0);

    await search.fill('nothing is called that');
    await page.getByText('No call matches').waitFor();
    await page.getByRole('button', { name: 'Show all calls' }).click();
    await expect.poll(() => total(/^All /)).toBe(calls);
    expect(complaints).toEqual([]);
  });

  it('goes to either end by keys, and tells the story of a record', async () => {
    const { page, rows } = await opened();
    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('End');
    const last = rows.last();
    await expect.poll(() => last.getAttribute('aria-selected')).toBe('true');
    // The log's first records are its beginning and its opening.
    expect(await last.getAttribute('id')).toBe('call-3');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary');
    await panel.getByText('What the policy saw').waitFor();
    await panel.getByRole('list', { name: 'Calls after it' }).getByRole('button').first().click();
    await page.keyboard.press('Escape');
    await grid.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => rows.first().getAttribute('aria-selected')).toBe('true');
  });

  it('follows what a client does now, holds still while somebody reads, and counts meanwhile', async () => {
    const { page, rows, port } = await opened();
    const client = await connectSdkClient('streamable-http', `http://127.0.0.1:${port}`);
    onTestFinished(() => client.close());
    await client.call('list_notes');
    await rows.filter({ hasText: 'list_notes' }).first().waitFor({ timeout: 1_000 });
    await page.getByRole('switch', { name: 'Follow the newest calls' }).click();
    await client.call('list_notes');
    await client.call('list_notes');
    await page.getByRole('button', { name: /^2 new/ }).click();
    await expect.poll(() => rows.filter({ hasText: 'list_notes' }).count()).toBe(3);
  });

  it('verifies the log, and tells in words that it holds', async () => {
    const { page } = await opened();
    await page.getByRole('button', { name: 'Proof of the log' }).click();
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText('The log is whole').waitFor();
    await page
      .getByRole('complementary')
      .getByText(/All [\d,]+ records hold/)
      .waitFor();
    await page.getByRole('radio', { name: 'Events' }).click();
    await page.getByText(/The proxy was started/).waitFor();
  });
});
