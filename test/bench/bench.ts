// Entry of `npm run bench`: what the proxy costs, beside no proxy, a bare relay, and other programs from npm.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, type Comparison, type Effort } from './compare.ts';
import { judge } from './goals.ts';
import { measureGrowth } from './growth.ts';
import { measureMainLoop } from './main-loop.ts';
import { measureSteps } from './micro/micro.ts';
import { createProcesses } from './processes.ts';
import { reportFailures, reportMicro, reportRows, reportSearch, reportVerdicts } from './report.ts';
import { measureSearch, searchRow } from './search/search.ts';
import { installPeers, peers } from './targets/install-peers.ts';
import { shapes } from './targets/shapes.ts';

const help = `Usage: npm run bench -- [options]

  --quick         Short slices: under a minute, and rough.
  --only TEXT     Only the shapes whose name contains TEXT ("HTTP to HTTP", "HTTP to stdio", "stdio to HTTP").
  --no-peers      Without the programs from npm.
  --help          Print this text and exit.

"conn." is the number of calls at a time. Over HTTP each has a connection and a session of its own; over stdio
they share the one process that a client has started.
`;

const connections = [1, 32];
const thorough: Effort = {
  rounds: 5,
  warmUp: { milliseconds: 500, calls: 5000 },
  slice: { milliseconds: 1000, calls: 20_000 },
};
const quick: Effort = {
  rounds: 3,
  warmUp: { milliseconds: 300, calls: 2000 },
  slice: { milliseconds: 200, calls: 5000 },
};

const cache = fileURLToPath(new URL('../../node_modules/.cache/mcp-proxy-desktop/bench/', import.meta.url));

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      'no-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'mcp-proxy-bench-'));
  const processes = createProcesses();
  // Whatever ends this process, its children end with it.
  process.once('exit', () => {
    processes.killAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

  const effort = values.quick ? quick : thorough;
  const installed = values['no-peers'] ? null : await installPeers(cache, note);
  note('Measuring the steps of a call');
  const micro = await measureSteps(folder, {
    rounds: effort.rounds,
    milliseconds: effort.slice.milliseconds / 5,
  });

  const http = await processes.startServer('echo-http');
  const around = {
    processes,
    folder,
    peer(name: keyof typeof peers): string {
      const script = installed?.get(name) ?? new Error('Programs from npm are left out');
      if (script instanceof Error) throw script;
      return script;
    },
  };
  note('Measuring growth');
  const growth = await measureGrowth(around, http.port, effort);
  note('Measuring the search of a long log');
  const search = await measureSearch(
    folder,
    http.port,
    values.quick ? { calls: 100_000, rounds: 5 } : { calls: 1_000_000, rounds: 20 },
  );
  note('Measuring the window under load');
  const steps = [...micro, ...growth, searchRow(search), await measureMainLoop(folder, http.port, effort)];

  const results: Comparison[] = [];
  for (const shape of shapes.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()))) {
    note(`Measuring ${shape.name}`);
    const taking = {
      ...shape,
      candidates: (...given: Parameters<typeof shape.candidates>) =>
        shape.candidates(...given).filter(({ role }) => role !== 'peer' || installed !== null),
    };
    results.push(await compare(taking, around, http.port, connections, effort));
  }
  await http.close();

  const rows = results.flatMap((result) => result.rows);
  const failures = results.flatMap((result) => result.failures);
  const verdicts = judge(rows, steps);
  const file = join(cache, `bench-${new Date().toISOString().replaceAll(/[:.]/gu, '-')}.json`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    file,
    JSON.stringify(
      { machine: machine(), effort, peers, rows, micro: steps, search, verdicts, failures },
      null,
      2,
    ),
  );
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const parts = [
    reportRows(rows),
    reportMicro(steps),
    reportSearch(search),
    reportVerdicts(verdicts),
    reportFailures(failures),
  ];
  process.stdout.write(`${parts.filter((part) => part !== '').join('\n\n')}\n\n${file}\n`);
  note(`${seconds} s. Absolute figures differ from run to run; ratios of one run can be compared.`);
  return failures.some(({ role }) => role !== 'peer') ? 1 : 0;
}

/** By what else the figures are to be judged. */
function machine() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? '',
    cores: availableParallelism(),
    load: loadavg(),
  };
}

process.exit(await main());
