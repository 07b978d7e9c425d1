// Electron's security checklist, tried at the running window rather than read from its settings.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type AppInWindow } from './app.ts';

const preload = fileURLToPath(new URL('../../out/preload/preload.cjs', import.meta.url));

let running: AppInWindow;
let end: () => Promise<void>;
beforeAll(async () => {
  running = await startApp({}, (ending) => (end = ending));
});
afterAll(() => end());

describe('the page of the window', () => {
  it('runs under a policy that lets nothing in from outside, and no view offends against it', async () => {
    const { page, complaints } = running;
    const response = await page.reload();
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
    for (const name of ['Activity', 'Approvals', 'Policies', 'Home']) {
      await page.getByRole('navigation').getByRole('button', { name }).click();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
  });

  it('has nothing of Node or Electron but the contract', async () => {
    const { page } = running;
    const found = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
      api: Object.keys((globalThis as unknown as { mcpProxy: object }).mcpProxy).sort(),
    }));
    expect(found).toEqual({ globals: [], api: ['invoke', 'on'] });
  });

  it('can not run scripts of its own making, nor load or send anything', async () => {
    const { page } = running;
    const tried = await page.evaluate(`(async () => {
      const outcome = (what) => Promise.resolve().then(what).then(() => 'done', (error) => error.name);
      return {
        script: await outcome(() => { document.createElement('script').textContent = '1'; }),
        markup: await outcome(() => { document.body.innerHTML = '<img src=x onerror=1>'; }),
        request: await outcome(() => fetch('https://example.com/')),
        ownFile: await outcome(() => fetch('app://window/index.html')),
        localFile: await outcome(() => fetch('file:///etc/passwd')),
      };
    })()`);
    expect(tried).toEqual({
      script: 'TypeError',
      markup: 'TypeError',
      request: 'TypeError',
      ownFile: 'TypeError',
      localFile: 'TypeError',
    });
  });

  it('is granted no permission', async () => {
    const { page } = running;
    const states = await page.evaluate(`(async () => ({
      notifications: await Notification.requestPermission(),
      location: await new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(() => resolve('given'), () => resolve('denied'));
      }),
    }))()`);
    expect(states).toEqual({ notifications: 'denied', location: 'denied' });
  });
});

describe('commands', () => {
  it('are refused to every page but the window', async () => {
    const { app } = running;
    const reply: unknown = await app.evaluate(async ({ BrowserWindow }, preloadPath) => {
      const foreign = new BrowserWindow({
        show: false,
        webPreferences: { preload: preloadPath, sandbox: true },
      });
      await foreign.loadURL('data:text/html,<p>foreign</p>');
      const answered: unknown = await foreign.webContents.executeJavaScript(
        "mcpProxy.invoke('pause.set', true)",
      );
      foreign.destroy();
      return answered;
    }, preload);
    expect(reply).toMatchObject({ ok: false, error: { code: 'foreign_frame' } });
  });

  it('are refused where they are not in the contract, and where their input is not', async () => {
    const { page } = running;
    const replies = await page.evaluate(async () => {
      const { mcpProxy } = globalThis as unknown as {
        mcpProxy: { invoke(name: string, input?: unknown): Promise<unknown> };
      };
      return {
        unknown: await mcpProxy.invoke('shell.run', 'ls').catch((error: unknown) => (error as Error).message),
        wrong: await mcpProxy.invoke('pause.set', 'yes'),
      };
    });
    expect(replies.unknown).toContain('No command is called shell.run');
    expect(replies.wrong).toMatchObject({ ok: false, error: { code: 'bad_input' } });
  });
});

describe('navigation', () => {
  it('leads nowhere, and opens no other window', async () => {
    const { app, page } = running;
    const before = page.url();
    const views = await page.locator('nav button').count();
    const windows = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    await page.evaluate("location.href = 'https://example.com/'");
    await page.evaluate("window.open('https://example.com/')");
    await page.evaluate("window.open('about:blank')");
    // Asked of Electron, because Playwright goes on waiting for a navigation that was refused.
    const after = await app.evaluate(async ({ BrowserWindow }) => {
      const all = BrowserWindow.getAllWindows();
      const contents = all.find((window) => window.webContents.getURL().endsWith('/index.html'))?.webContents;
      const shown: unknown = await contents?.executeJavaScript(
        "document.querySelectorAll('nav button').length",
      );
      return { windows: all.length, url: contents?.getURL(), views: shown };
    });
    expect(after).toEqual({ windows, url: before, views });
  });
});
