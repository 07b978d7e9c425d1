// Whether the window's thread feels it when the gateway is under full load: the real app, with its window open.
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright-core';
import { openHttpLane } from './client/http-lane.ts';
import type { Effort } from './compare.ts';
import { applyLoad } from './load.ts';
import type { MicroRow } from './micro/micro.ts';
import { freePort } from './processes.ts';
import { median } from './statistics.ts';
import { connectLanes, untilServing } from './targets/connect.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const connections = 32;
const goal = { bound: 1.5, goal: 'main-loop p99 delay under full load / idle' };

/** Idle and loaded slices take turns, with the server of `httpPort` behind the app. Needs a display. */
export async function measureMainLoop(folder: string, httpPort: number, effort: Effort): Promise<MicroRow> {
  const userData = mkdtempSync(join(folder, 'app-'));
  const port = await freePort();
  const settings = {
    version: '1.0',
    server: { listen: { address: '127.0.0.1', port } },
    upstream: { url: `http://127.0.0.1:${httpPort}/mcp` },
  };
  const config = join(userData, 'config.yaml');
  writeFileSync(config, JSON.stringify(settings));
  const app = await _electron.launch({
    executablePath: process.execPath,
    // Chromium has no sandbox for root.
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      root,
      '--user-data',
      userData,
      '--config',
      config,
    ],
    env: asApp(),
    cwd: root,
  });
  const ended = once(app.process(), 'exit');
  try {
    await app.firstWindow();
    const open = () => openHttpLane(`http://127.0.0.1:${port}/mcp`);
    await untilServing(open, { child: app.process(), complaint: () => '', close: () => Promise.resolve() });
    const { lanes, close } = await connectLanes(connections, open);
    const load = () => applyLoad(lanes, effort.slice);
    const rest = () => sleep(effort.slice.milliseconds);
    await applyLoad(lanes, effort.warmUp);
    const [loaded, idle]: [number[], number[]] = [[], []];
    for (let round = 0; round < effort.rounds; round += 1) {
      loaded.push(await p99DelayDuring(app, load));
      idle.push(await p99DelayDuring(app, rest));
    }
    await close();
    const step = `main-loop p99 delay at ${connections} connections`;
    return { step, micros: median(loaded), reference: 'idle', referenceMicros: median(idle), ...goal };
  } finally {
    app.process().kill('SIGTERM');
    await ended;
  }
}

/** Microseconds; the millisecond of the timer that it is measured with is part of it. */
async function p99DelayDuring(app: ElectronApplication, work: () => Promise<unknown>): Promise<number> {
  const delays = await app.evaluateHandle(() => {
    const histogram = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    return histogram;
  });
  await work();
  return delays.evaluate((histogram) => {
    histogram.disable();
    return histogram.percentile(99) / 1000;
  });
}

/** The environment without what makes Electron be Node, and without settings of whoever runs the bench. */
function asApp(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && name !== 'ELECTRON_RUN_AS_NODE' && !name.startsWith('MCP_')) env[name] = value;
  }
  return env;
}
