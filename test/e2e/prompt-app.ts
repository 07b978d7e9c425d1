// The app without its window: what is asked comes up in the prompt alone, and a real client waits for the answer.
import type { ElectronApplication, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { type LaunchedApp, launchApp, patience } from './app.ts';

export interface Prompted extends LaunchedApp {
  readonly prompt: Page;
  readonly client: SdkClient;
  /** The question in front. */
  readonly question: Locator;
}

/**
 * @param config sections of the configuration file
 * @param env on top of the environment of whoever runs the tests
 */
export async function startPrompt(
  config: Record<string, unknown> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Prompted> {
  const port = await freePort();
  const listen = { address: '127.0.0.1', port };
  const configFile = await writeConfig(temporaryFolder(), { server: { listen }, ...config });
  const launched = await launchApp({ configFile, args: ['--hidden'], env });
  const prompt = await launched.app.firstWindow({ timeout: patience });
  prompt.setDefaultTimeout(patience);
  await prompt.waitForLoadState();
  const url = `http://127.0.0.1:${port}`;
  const client = await connectSdkClient('streamable-http', url);
  onTestFinished(() => client.close());
  return { ...launched, url, prompt, client, question: prompt.getByRole('alertdialog') };
}

export const isVisible = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()));

/** Waits until the question takes an answer, and presses a key on it. */
export async function press({ question }: Prompted, key: string): Promise<void> {
  await question.locator('button[aria-disabled="false"]').first().waitFor();
  await question.press(key);
}

/** How a call ends: what the server said, or the code of the error. */
export const endOf = (call: Promise<string>): Promise<string> =>
  call.then(
    (text) => text,
    (error: unknown) => {
      const { code } = error as { code?: unknown };
      return typeof code === 'number' ? `error ${code}` : String(error);
    },
  );
