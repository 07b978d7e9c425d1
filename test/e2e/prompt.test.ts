// "Shall I?" in the real prompt, with a real client: answers of each kind, many at once, and none at all.
import type { ElectronApplication, Locator, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { type LaunchedApp, launchApp, patience } from './app.ts';

interface Prompted extends LaunchedApp {
  readonly prompt: Page;
  readonly client: SdkClient;
  /** The question in front. */
  readonly question: Locator;
}

/** Starts the app without its window: what is asked comes up in the prompt alone. */
async function start(
  approvals: Record<string, unknown> = {},
  policies?: Record<string, string>,
): Promise<Prompted> {
  const folder = temporaryFolder();
  const port = await freePort();
  const listen = { address: '127.0.0.1', port };
  const configFile = await writeConfig(folder, { server: { listen }, approvals }, policies);
  const launched = await launchApp({ configFile, args: ['--hidden'] });
  const prompt = await launched.app.firstWindow({ timeout: patience });
  prompt.setDefaultTimeout(patience);
  const url = `http://127.0.0.1:${port}`;
  const client = await connectSdkClient('streamable-http', url);
  onTestFinished(() => client.close());
  return { ...launched, url, prompt, client, question: prompt.getByRole('alertdialog') };
}

const isVisible = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()));

/** How a call ends: what the server said, or the error's code. */
const end = (call: Promise<string>) =>
  call.then(
    () => 'allowed' as const,
    (error: unknown) => (error as { code?: number }).code ?? String(error),
  );

const note = (name: string) => ({ name, to: 'ada@example.com' });

describe('the prompt', () => {
  it('comes up with all there is to know, lets one call through, and goes', async () => {
    const { app, client, question, prompt } = await start();
    expect(await isVisible(app)).toBe(false);
    const call = end(client.call('send_note', note('ideas')));
    await question
      .getByRole('heading', { name: 'sdk client wants to send note “ideas” to “ada@example.com”' })
      .waitFor();
    await expect.poll(() => isVisible(app)).toBe(true);
    if (process.env.SHOTS) await prompt.screenshot({ path: `${process.env.SHOTS}/one.png` });
    await question.getByRole('button', { name: 'Allow' }).click({ delay: 600 });
    expect(await call).toBe('allowed');
    await expect.poll(() => isVisible(app)).toBe(false);
  });
});
