// The export of the log in the real window: to a file that the dialog would have named, held against its proof by the program that
// stands alone.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { canMount, smallDisk } from '../unit/gateway/audit/places.ts';
import { startApp } from './app.ts';
import { recordedDay } from './recorded-day.ts';

const verifier = fileURLToPath(new URL('../../out/verify-audit.mjs', import.meta.url));

async function opened(calls = 10_000) {
  const port = await freePort();
  const configFile = await writeConfig(temporaryFolder(), {
    server: { listen: { address: '127.0.0.1', port } },
    audit: { db_path: await recordedDay(calls) },
  });
  const running = await startApp({ configFile });
  const { app, page } = running;
  await page.getByRole('status').getByText('Running', { exact: true }).waitFor();
  await page.getByRole('navigation').getByRole('button', { name: 'Activity' }).click();
  await page
    .getByRole('group', { name: 'Decision' })
    .getByRole('button', { name: /^All\s*[\d,]{5}/ })
    .waitFor();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'Export' });
  /** What the system's dialog answers from now on; null: it is cancelled. Nothing else is stood in for. */
  const choose = (file: string | null) =>
    app.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' });
    }, file);
  const start = panel.getByRole('button', { name: /^Export/ });
  return { ...running, panel, choose, start };
}

/** Takes a picture where somebody wants to look at it: `SCREENSHOTS=folder`. */
async function shot(page: Awaited<ReturnType<typeof opened>>['page'], name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `export-${name}-${colorScheme}.png`) });
  }
}

/** Names in the folder, those of drafts included. */
const namesBeside = (file: string) => readdirSync(dirname(file));

describe('the export of the log', () => {
  it('goes to the chosen file with its proof, which the program that stands alone verifies', async () => {
    const { page, panel, choose, start, complaints } = await opened();
    await panel.getByRole('button', { name: 'Export 10,000 calls…' }).waitFor();
    await page.getByRole('searchbox').fill('invoice');
    await panel.getByRole('button', { name: /^Export [1-9]\d{0,3}(,\d{3})? calls…/ }).waitFor();
    await expect.poll(() => start.innerText()).not.toContain('10,000');
    const wanted = Number((await start.innerText()).replaceAll(/\D/gu, ''));
    await shot(page, 'choosing');

    // Whoever cancels the dialog has exported nothing, and is told nothing.
    await choose(null);
    await start.click();
    await expect.poll(() => start.isEnabled()).toBe(true);
    expect(await panel.getByRole('heading').count()).toBe(0);

    const file = join(temporaryFolder(), 'calls.jsonl');
    await choose(file);
    await panel.getByRole('checkbox', { name: /With proof/ }).check();
    await start.click();
    await panel.getByText('Exported', { exact: true }).waitFor();
    await panel.getByText(/with a signed proof/).waitFor();
    await panel.getByText(file).waitFor();
    await panel.getByRole('button', { name: 'Show in folder' }).waitFor();
    await shot(page, 'done');
    expect(namesBeside(file)).toEqual(['calls.jsonl']);

    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [verifier, '--json', file], { env });
    expect(JSON.parse(stdout)).toMatchObject({ state: 'whole', calls: wanted, broken: null });
    const text = readFileSync(file, 'utf8');
    expect(text.match(/"kind":"call"/gu)).toHaveLength(wanted);
    expect(complaints).toEqual([]);
  });

  it('leaves no half file where it is stopped', async () => {
    const { page, panel, choose } = await opened(60_000);
    const file = join(temporaryFolder(), 'calls.ocsf.jsonl');
    await choose(file);
    await panel.getByRole('radio', { name: /OCSF/ }).check();
    await panel.getByRole('button', { name: 'Export 60,000 calls…' }).click();
    await panel.getByRole('button', { name: 'Stop' }).click();
    await panel.getByText('Stopped', { exact: true }).waitFor();
    await shot(page, 'stopped');
    await expect.poll(() => namesBeside(file)).toEqual([]);
  });

  it.skipIf(!canMount)('says that the disk is full, and leaves nothing there', async () => {
    const { page, panel, choose, start } = await opened();
    const file = join(smallDisk(1), 'calls.csv');
    onTestFinished(() => expect(existsSync(file)).toBe(false));
    await choose(file);
    await panel.getByRole('radio', { name: /CSV/ }).check();
    await start.click();
    await panel.getByText('Not exported').waitFor();
    await panel.getByText(/The disk is full: free some space/u).waitFor();
    await shot(page, 'full');
    await expect.poll(() => namesBeside(file)).toEqual([]);
  });
});
