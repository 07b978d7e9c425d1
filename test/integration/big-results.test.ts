// A large result is held once while it passes, by what lives, and not at all afterwards.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeasuredGateway, startMeasuredGateway } from './measured-gateway.ts';
import { type Inbound, openRawSession, type RawSession } from './raw-session.ts';
import { type RawTransport, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const MEGABYTE = 1024 * 1024;
const sizes = [10 * MEGABYTE, 10 * MEGABYTE];
/**
 * The pieces that it arrived in come on top of what lives, until they are collected: once the whole at most. What is
 * parsed, or joined from pieces, would come to three and more.
 */
const MOST_OF_PROCESS = 2.7;

const progress =
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}';
/** What comes before the answer makes the server open a stream of events. */
const forms: [name: string, transport: RawTransport, before: string[]][] = [
  ['a line of stdio', 'stdio', []],
  ['a body of JSON', 'http', []],
  ['an event of a stream', 'http', [Buffer.from(progress).toString('base64')]],
];
const inbounds: Inbound[] = ['sse', 'streamable-http'];

/** The most memory that a process has had since this was called, in bytes beyond what it had then. Linux alone. */
function watchProcess(pid: number): () => number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const most = () =>
    1024 * Number(/^VmHWM:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const before = most();
  return () => most() - before;
}

describe.each(forms)('a large result that comes as %s', (_name, transport, before) => {
  let upstream: RawUpstream;
  let gateway: MeasuredGateway;

  beforeAll(async () => {
    upstream = await startRawUpstream(transport);
    gateway = await startMeasuredGateway({ upstream: upstream.section, policy: { enabled: false } });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  async function ask(session: RawSession, id: number, letters: number): Promise<void> {
    const params = {
      _meta: { progressToken: 'p' },
      name: 'raw',
      arguments: { letters, push: before },
    };
    const request = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
    const messages = await session.ask(request, 1 + before.length);
    expect(messages.at(-1)?.length).toBeGreaterThan(letters);
  }

  it.each(inbounds)('is held once on its way to a client over %s', async (inbound) => {
    const session = await openRawSession(inbound, gateway.url);
    await ask(session, 1, 1000);
    const start = (await gateway.holdings()).bytes;
    for (const [round, size] of sizes.entries()) {
      const most = await gateway.peakDuring(() => ask(session, 2 + round, size));
      expect((most - start) / size).toBeLessThan(1.5);
      // The last of it may be on its way out for a moment.
      await expect.poll(async () => ((await gateway.holdings()).bytes - start) / size).toBeLessThan(0.1);
    }
    await session.close();
  });

  it.runIf(process.platform === 'linux').each(inbounds)(
    'is not copied over and over on its way to a client over %s',
    async (inbound) => {
      const session = await openRawSession(inbound, gateway.url);
      await ask(session, 1, 1000);
      const size = 30 * MEGABYTE;
      for (const id of [2, 3]) {
        await gateway.holdings();
        const grown = watchProcess(gateway.pid);
        await ask(session, id, size);
        expect(grown() / size).toBeLessThan(MOST_OF_PROCESS);
      }
      await session.close();
    },
  );
});
