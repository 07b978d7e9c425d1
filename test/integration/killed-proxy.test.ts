// kill -9 of the proxy in the middle of 500 calls: what reached the server stands in the audit log.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { allowAll, startProxy } from './harness.ts';
import { openRawSession } from './raw-session.ts';
import { type RawTransport, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const calls = 500;
const atOnce = 16;

const call = (n: number) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: n,
    method: 'tools/call',
    params: { name: 'count', arguments: { n } },
  });

/** The numbers of the calls in a list of arguments or messages. */
function numbersIn(texts: readonly string[]): number[] {
  return texts.map((text) => Number(/"n":(\d+)/.exec(text)?.[1]));
}

const reached = (upstream: RawUpstream) =>
  numbersIn(
    upstream
      .received()
      .map(String)
      .filter((text) => text.includes('tools/call')),
  );

describe.each<RawTransport>(['stdio', 'http'])('with a server over %s', (transport) => {
  it.each([0.3, 0.7])('killed after %f of the calls', async (part) => {
    const upstream = await startRawUpstream(transport);
    const options = { config: { upstream: upstream.section }, policies: allowAll };
    const proxy = await startProxy(options);
    const session = await openRawSession('streamable-http', proxy.url);
    let next = 0;
    let answered = 0;
    let killing: Promise<void> | undefined;

    const worker = async () => {
      while (killing === undefined && next < calls) {
        next += 1;
        await session.ask(call(next));
        answered += 1;
        if (answered >= calls * part) killing ??= proxy.kill();
      }
    };
    // The calls under way at the kill fail, as they must.
    await Promise.allSettled(Array.from({ length: atOnce }, worker));
    await killing;
    // A server on the other end of a pipe reads what is left in it after the proxy's death.
    await sleep(300);

    const atServer = reached(upstream);
    expect(atServer.length).toBeGreaterThanOrEqual(answered);
    expect(atServer.length).toBeLessThan(calls);
    const rows = readAuditLog(proxy.userData);
    const logged = new Set(numbersIn(rows.flatMap((row) => row.arguments ?? [])));
    expect(atServer.filter((n) => !logged.has(n))).toEqual([]);

    // The next start opens the same log, and says of what was under way that its end is not known.
    const again = await startProxy({ ...options, userData: proxy.userData });
    await again.stop();
    const after = readAuditLog(proxy.userData);
    expect(after.filter((row) => row.status === 'pending')).toEqual([]);
    expect(after.length).toBeGreaterThanOrEqual(rows.length);
    await upstream.close();
  });
});
