// How long a search of a long log takes, as its asker sees it, while calls go through the proxy.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openForWriting } from '../../../electron/gateway/audit/open-database.ts';
import { type GatewayHost, startGatewayHost } from '../../../electron/gateway/host.ts';
import { openHttpLane } from '../client/http-lane.ts';
import type { Lane } from '../load.ts';
import { type MicroRow, silentLogger } from '../micro/micro.ts';
import { median, percentile } from '../statistics.ts';
import { connectLanes } from '../targets/connect.ts';
import { fillLog } from './fill-log.ts';
import { queries } from './queries.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const callsPerSecond = 200;
const callers = 16;
const goalMs = 50;

export interface SearchFigures {
  readonly calls: number;
  readonly logBytes: number;
  readonly indexBytes: number;
  readonly indexSeconds: number;
  readonly queries: readonly { name: string; isFirstPage: boolean; medianMs: number; p95Ms: number }[];
}

/** With the server of `httpPort` behind the proxy, and so many calls in its log before it starts. */
export async function measureSearch(
  folder: string,
  httpPort: number,
  { calls, rounds }: { readonly calls: number; readonly rounds: number },
): Promise<SearchFigures> {
  const userData = join(folder, 'search');
  mkdirSync(userData);
  const log = join(userData, 'audit.db');
  const until = Date.now();
  const database = openForWriting(log, 'normal');
  fillLog(database, calls, until);
  database.close();

  const config = join(userData, 'config.yaml');
  const settings = {
    server: { listen: { address: '127.0.0.1', port: 0 } },
    upstream: { url: `http://127.0.0.1:${httpPort}/mcp` },
    audit: { retention_days: 0 },
    logging: { level: 'error' },
  };
  writeFileSync(config, JSON.stringify(settings));
  const host = startGatewayHost({
    gateway: {
      version: '0.0.0',
      configFile: config,
      managedConfigFile: null,
      userData,
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { PATH: process.env.PATH },
    },
    logger: silentLogger(),
  });
  try {
    const started = await host.started;
    if (!started.ok) throw new Error(started.problem.message);
    const begun = performance.now();
    await untilIndexed(host);
    const indexSeconds = (performance.now() - begun) / 1000;
    const { lanes, close } = await connectLanes(callers, () => openHttpLane(`${started.url}/mcp`));
    const load = startCalls(lanes);
    const measured = [];
    for (const query of queries(until)) {
      const ms: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const asked = performance.now();
        await ask(host, query);
        ms.push(performance.now() - asked);
        await sleep(10);
      }
      const { name, isFirstPage } = query;
      measured.push({ name, isFirstPage, medianMs: median(ms), p95Ms: percentile(ms, 95) });
    }
    await load.stop();
    await close();
    const size = (path: string) => statSync(path).size;
    const indexBytes = size(join(userData, 'audit-index.db'));
    return { calls, logBytes: size(log), indexBytes, indexSeconds, queries: measured };
  } finally {
    await host.close();
  }
}

/** The worst of the first pages has to keep the goal. */
export function searchRow({ calls, queries: measured }: SearchFigures): MicroRow {
  const pages = measured.filter(({ isFirstPage }) => isFirstPage);
  const [worst] = pages.toSorted((a, b) => b.p95Ms - a.p95Ms);
  return {
    step: `search of ${calls} calls, p95 (${worst?.name ?? ''})`,
    micros: (worst?.p95Ms ?? Number.NaN) * 1000,
    reference: `${goalMs} ms`,
    referenceMicros: goalMs * 1000,
    bound: 1,
    goal: `search: worst first page p95 / ${goalMs} ms`,
  };
}

function ask(host: GatewayHost, { command, input }: ReturnType<typeof queries>[number]): unknown {
  const answer = host.commands[command] as (input: unknown) => unknown;
  return answer(input);
}

async function untilIndexed(host: GatewayHost): Promise<void> {
  await sleep(500);
  while ((await host.commands['index.read']()).state !== 'ready') await sleep(200);
}

/** Evenly, by whichever caller is free. */
function startCalls(lanes: readonly Lane[]): { stop(): Promise<void> } {
  const free = [...lanes];
  const underWay = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const lane = free.shift();
    if (lane === undefined) return;
    const call = lane.call().finally(() => {
      free.push(lane);
      underWay.delete(call);
    });
    underWay.add(call);
  }, 1000 / callsPerSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
