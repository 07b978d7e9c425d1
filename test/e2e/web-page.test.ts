// A web page in a real browser, from another site, from another local server, and by a name that was rebound to
// this machine: it can neither read anything from the proxy nor cause anything there.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayStatus } from '../../electron/shared/domain.ts';
import { readAuditLog } from '../integration/audit-log.ts';
import { startProxy, type RunningProxy } from '../integration/harness.ts';
import { appEnvironment, sandboxArguments } from './app.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/browser/${name}`, import.meta.url));
/** Runs in the page, of which this program's types know nothing. */
const { attack } = (await import(fixture('attack.mjs'))) as {
  attack: (target: { url: string; body: string }) => Promise<Record<string, string>>;
};
/** Names that lead to this machine in the browser of this test alone. */
const EVIL = 'evil.example';
const REBOUND = 'rebound.example';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } },
});

let proxy: RunningProxy;
let page: Page;
let pagePort: number;
let close: () => Promise<void>;

beforeAll(async () => {
  proxy = await startProxy({ config: { api: { enabled: true } } });
  const site = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>A page</title>');
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  pagePort = (site.address() as AddressInfo).port;
  const browser = await _electron.launch({
    executablePath: process.execPath,
    args: [
      ...sandboxArguments(),
      `--host-resolver-rules=MAP ${EVIL} 127.0.0.1, MAP ${REBOUND} 127.0.0.1`,
      fixture('main.mjs'),
    ],
    env: appEnvironment(),
  });
  page = await browser.firstWindow();
  close = async () => {
    await browser.close();
    site.close();
    site.closeAllConnections();
    await proxy.stop();
  };
});
afterAll(() => close());

/** What the proxy has of sessions, as its own user can see it. */
async function openSessions(): Promise<number> {
  const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
  const response = await fetch(`${proxy.url}/api/status`, { headers: { authorization: `Bearer ${token}` } });
  return gatewayStatus.parse(await response.json()).sessions.length;
}

describe.each<[string, () => Promise<string>]>([
  [
    'a page of another site',
    async () => {
      await page.goto(`http://${EVIL}:${pagePort}/`);
      return proxy.url;
    },
  ],
  [
    'a page of another server on this machine',
    async () => {
      await page.goto(`http://localhost:${pagePort}/`);
      return proxy.url;
    },
  ],
  [
    'a page whose name was rebound to this machine',
    async () => {
      const { port } = new URL(proxy.url);
      const origin = `http://${REBOUND}:${port}`;
      // What the name led to at first; everything after it goes to the proxy, as requests of the same origin.
      await page.route(`${origin}/page`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>A page</title>' }),
      );
      await page.goto(`${origin}/page`);
      return origin;
    },
  ],
])('%s', (_what, open) => {
  it('reads nothing, opens no session, and has nothing forwarded', async () => {
    const before = readAuditLog(proxy.userData).length;
    const target = await open();
    const found = await page.evaluate(attack, { url: target, body: initialize });
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((way) => [way, 'nothing'])));
    expect(await openSessions()).toBe(0);
    const since = readAuditLog(proxy.userData).slice(before);
    expect(since.length).toBeGreaterThan(0);
    expect(since.filter(({ decision }) => decision !== 'deny')).toEqual([]);
  });
});
