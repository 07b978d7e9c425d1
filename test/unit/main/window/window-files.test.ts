import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWindowUrl, respond } from '../../../../electron/main/window/window-files.ts';

describe('window files', () => {
  let root: string;
  let folder: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'window-'));
    folder = join(root, 'renderer');
    mkdirSync(join(folder, 'assets'), { recursive: true });
    mkdirSync(join(root, 'renderer-secrets'));
    writeFileSync(join(folder, 'index.html'), '<p>window</p>');
    writeFileSync(join(folder, 'assets', 'a b.js'), '1');
    writeFileSync(join(folder, 'assets', 'index.js.map'), '{}');
    writeFileSync(join(root, 'secret.html'), 'secret');
    writeFileSync(join(root, 'renderer-secrets', 'secret.html'), 'secret');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const get = (url: string, method = 'GET') => respond(folder, { url, method });

  it('come with their type and a policy that allows nothing from outside', async () => {
    const page = await get('app://window/index.html#/activity');
    expect(page.status).toBe(200);
    expect(await page.text()).toBe('<p>window</p>');
    expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const policy = page.headers.get('Content-Security-Policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('may have names that need escaping', async () => {
    const script = await get('app://window/assets/a%20b.js');
    expect(script.status).toBe(200);
    expect(script.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    'app://window/../secret.html',
    'app://window/%2e%2e/secret.html',
    'app://window/..%2fsecret.html',
    'app://window/%2e%2e%2fsecret.html',
    'app://window/assets/..%2f..%2fsecret.html',
    'app://window/..%5csecret.html',
    'app://window/..%2frenderer-secrets/secret.html',
    'app://window//etc/../../secret.html',
    'app://window/index.html%00.js',
    'app://window/%E0%A4%A',
    'app://window/',
    'app://window/assets',
    'app://window/assets/index.js.map',
    'app://window/missing.js',
    'app://elsewhere/index.html',
    'file:///etc/passwd',
  ])('are nothing else: %s', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('are only read', async () => {
    expect((await get('app://window/index.html', 'POST')).status).toBe(405);
  });
});

describe('addresses of the window', () => {
  it.each(['app://window/index.html', 'app://window/index.html#/x', 'app://window/'])('are: %s', (url) => {
    expect(isWindowUrl(url)).toBe(true);
  });

  it.each([
    '',
    'about:blank',
    'app://window.evil/index.html',
    'app://evil@window:1/index.html',
    'app:window',
    'https://window/index.html',
    'file:///window/index.html',
    'data:text/html,app://window/',
    'blob:app://window/1',
  ])('are not: %s', (url) => {
    expect(isWindowUrl(url)).toBe(false);
  });
});
