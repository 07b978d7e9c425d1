// A server that can't be reached for a while: tries again, and holds back, as they are configured.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEverything } from './everything-server.ts';
import { allowAll, freePort, startProxy } from './harness.ts';
import { messagesIn, send } from './raw-http.ts';
import { openRawSession } from './raw-session.ts';

async function startBefore(settings: Readonly<Record<string, unknown>>) {
  const port = await freePort();
  const upstream = { url: `http://127.0.0.1:${port}/mcp`, transport: 'http', ...settings };
  const proxy = await startProxy({ config: { upstream }, policies: allowAll });
  onTestFinished(() => proxy.stop());
  const startServer = async () => {
    const server = await startEverything('streamableHttp', port);
    onTestFinished(() => server.close());
  };
  return { proxy, startServer };
}

const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},' +
  '"clientInfo":{"name":"x","version":"1"}}}';

/** The error that initialize is answered with; undefined where it is none. */
async function errorAt(url: string): Promise<{ code: number; message: string } | undefined> {
  const [text = '{}'] = messagesIn(await send(`${url}/mcp`, { body: initialize }));
  return (JSON.parse(text) as { error?: { code: number; message: string } }).error;
}

describe('a server that is not there yet', () => {
  it('is tried again until it is, and its client notices nothing but the time', async () => {
    const retry = { enabled: true, max_attempts: 100, initial_delay: '200ms', backoff: 'constant' };
    const { proxy, startServer } = await startBefore({ retry });
    const opening = openRawSession('streamable-http', proxy.url);
    await sleep(500);
    await startServer();
    expect((await opening).initializeResult).toMatchObject({ serverInfo: {} });
    expect(proxy.output().stderr).toContain('upstream_retries');
  });

  it('is held back after so many failures, and tried again when its time has come', async () => {
    const breaker = { enabled: true, threshold: 2, timeout: '3s' };
    const { proxy, startServer } = await startBefore({ circuit_breaker: breaker });
    for (let i = 0; i < 2; i += 1) {
      expect(await errorAt(proxy.url)).toMatchObject({
        code: -32004,
        message: expect.stringContaining('nothing listens') as string,
      });
    }
    expect(await errorAt(proxy.url)).toMatchObject({
      code: -32004,
      message: expect.stringMatching(/tried again at \d\d:\d\d:\d\d/u) as string,
    });
    await startServer();
    await expect.poll(() => errorAt(proxy.url), { timeout: 10_000, interval: 250 }).toBeUndefined();
  });
});
