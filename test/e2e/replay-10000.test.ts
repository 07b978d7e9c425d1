// A replay of 10,000 recorded calls in the real window: progress, an end to it, and a window that goes on answering.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openCallLog } from '../../electron/gateway/audit/call-log.ts';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';
import { decision, toolCall } from '../unit/gateway/fakes.ts';
import { recordingLogger } from '../unit/gateway/audit/samples.ts';
import { sampleRedactor } from '../unit/gateway/redaction/sample.ts';
import { startApp } from './app.ts';

const tools = ['read_note', 'list_notes', 'write_note', 'send_note', 'some_tool'];

/** Runs in the window: notes how long its frames and tasks take, and each step of the progress that is shown. */
const watchTheWindow = `
  globalThis.seen = { longTasks: [], frames: [], progress: new Set() };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
  }).observe({ type: 'longtask' });
  let last = performance.now();
  requestAnimationFrame(function next(now) {
    seen.frames.push(now - last);
    last = now;
    const bar = document.querySelector('progress[aria-label=Replay]');
    if (bar !== null) seen.progress.add(bar.getAttribute('value'));
    requestAnimationFrame(next);
  });
`;
const seenOfTheWindow = z.object({
  /** Milliseconds. */
  longTasks: z.array(z.number()),
  frames: z.array(z.number()),
  steps: z.int(),
});

/** An audit database with so many calls, written by the log itself. */
async function seeded(count: number): Promise<string> {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'production', proxyRegion: '' },
    redactor: sampleRedactor({ enabled: false }),
    logger: recordingLogger(),
  });
  const written: Promise<number>[] = [];
  const begin = Date.now() - count * 1000;
  for (let n = 0; n < count; n += 1) {
    const given = { path: `/home/me/notes/${n}.md`, text: 'x'.repeat(400) };
    const call = { ...toolCall(tools[n % tools.length], given), at: begin + n * 1000 };
    const decided = decision({ matchedRule: 'allowed' });
    const verdict = {
      allow: true,
      reason: 'policy',
      mode: 'enforce',
      decision: decided,
      waitedMs: null,
    } as const;
    written.push(log.record(call, verdict, null));
  }
  await Promise.all(written);
  log.close();
  return path;
}

it(
  'replays 10,000 calls with progress, can be stopped, and leaves the window at its work',
  { timeout: 90_000 },
  async () => {
    const folder = temporaryFolder();
    const configFile = await writeConfig(folder, {
      server: { listen: { address: '127.0.0.1', port: await freePort() } },
      audit: { db_path: await seeded(10_000) },
    });
    const { page, complaints } = await startApp({ configFile });
    await page.getByRole('status').getByText('Running', { exact: true }).waitFor();
    await page.getByRole('navigation').getByRole('button', { name: 'Policies' }).click();
    await page.getByRole('tab', { name: 'Replay' }).click();
    await page.getByRole('combobox', { name: /Last/ }).selectOption('10000');

    await page.evaluate(watchTheWindow);
    const begun = performance.now();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page
      .getByText(/ of 10,000 calls would change/)
      .first()
      .waitFor({ timeout: 60_000 });
    const took = performance.now() - begun;
    const seen = seenOfTheWindow.parse(await page.evaluate('({...seen, steps: seen.progress.size})'));
    const frames = seen.frames.sort((one, other) => one - other);
    const at = (share: number) => (frames[Math.floor(frames.length * share)] ?? 0).toFixed(1);
    process.stdout.write(
      `replay of 10,000 calls: ${Math.round(took)} ms; frames: median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ` +
        `${at(0.9999)} ms; long tasks: ${seen.longTasks.length}, longest ${Math.max(0, ...seen.longTasks)} ms; ` +
        `progress shown in ${seen.steps} steps\n`,
    );
    expect(seen.steps).toBeGreaterThan(1);

    await page.getByRole('button', { name: 'Replay again' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped\. /).waitFor();
    expect(complaints).toEqual([]);
  },
);
