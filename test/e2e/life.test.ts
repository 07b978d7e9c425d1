// How the app lives: one instance, a tray that outlasts the window, a start that fails in words, an end in order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort, temporaryFolder } from '../integration/harness.ts';
import { send } from '../integration/raw-http.ts';
import { commandOf, launchApp, patience, startApp, type LaunchedApp } from './app.ts';

const windows = ({ app }: LaunchedApp) =>
  app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((window) => window.isVisible()).length,
  );

/** Whether the proxy answers at all. */
async function serves(url: string): Promise<boolean> {
  const response = await send(`${url}/nothing-here`).catch(() => null);
  return response?.status === 404;
}

describe('the app', () => {
  it('goes on in the tray when its window is closed, and a second start shows the window again', async () => {
    const running = await startApp();
    await running.page.getByText('Running', { exact: true }).first().waitFor();
    await running.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.close(),
    );
    await expect.poll(() => windows(running)).toBe(0);
    expect(await serves(running.url)).toBe(true);

    const reopened = running.app.waitForEvent('window', { timeout: patience });
    const second = await running.startAgain();
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('runs already') as string });
    const page = await reopened;
    await page.getByText(`${running.url}/mcp`, { exact: true }).waitFor();
    expect(await windows(running)).toBe(1);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'prints its ready line, and ends in good order on %s',
    async (signal) => {
      const { args, env, port } = await commandOf({ args: ['--hidden'] });
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      expect(JSON.parse(line.toString())).toEqual({
        event: 'ready',
        url: `http://127.0.0.1:${port}`,
        version: packageJson.version,
        pid: child.pid,
      });
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  it('opens no window where it is told not to', async () => {
    const hidden = await launchApp({ args: ['--hidden'] });
    await expect.poll(() => serves(hidden.url), { timeout: patience }).toBe(true);
    expect(await windows(hidden)).toBe(0);
  });

  it('says in the window what is wrong with the configuration, and starts once it is put right', async () => {
    const configFile = join(temporaryFolder(), 'proxy.yaml');
    const port = await freePort();
    writeFileSync(configFile, 'server:\n  listen:\n    port: many\n');
    const running = await startApp({ configFile });
    const problems = running.page.getByRole('list', { name: 'Problems' });
    await problems.getByText('server.listen.port').waitFor();
    expect(await problems.innerText()).toContain(configFile);

    writeFileSync(configFile, `server:\n  listen:\n    port: ${port}\n`);
    await running.page.getByRole('button', { name: 'Restart the proxy' }).click();
    await running.page.getByText(`http://127.0.0.1:${port}/mcp`, { exact: true }).waitFor();
  });

  it('listens for the keys that pause everything', async () => {
    const { app } = await startApp();
    const listens = await app.evaluate(({ globalShortcut }) =>
      globalShortcut.isRegistered('CommandOrControl+Alt+Shift+P'),
    );
    expect(listens).toBe(true);
  });

  it('remembers where its window was', async () => {
    const running = await startApp();
    await running.page.getByText('Running', { exact: true }).first().waitFor();
    await running.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.setBounds({ x: 60, y: 40, width: 950, height: 650 });
    });
    await running.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.close(),
    );
    await expect.poll(() => windows(running)).toBe(0);
    const reopened = running.app.waitForEvent('window', { timeout: patience });
    await running.startAgain();
    await (await reopened).waitForLoadState();
    const bounds = await running.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/index.html'))
        ?.getBounds(),
    );
    expect(bounds).toMatchObject({ width: 950, height: 650 });
  });
});
