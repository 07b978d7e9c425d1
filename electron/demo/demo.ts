// Entry of `npm run demo`: takes the tour at the running proxy and prints what happens.
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { findRunningProxy } from '../main/program/running-proxy.ts';
import { userDataFolder } from '../main/program/user-data-folder.ts';
import type { DemoStep } from '../shared/domain.ts';
import { asExpected, runTour, type TourOptions } from './tour.ts';

const usage = `Makes three calls through the running proxy: one is allowed, one denied, one asks you.

Usage: npm run demo -- [--url http://127.0.0.1:PORT] [--user-data DIR]

  --url URL          The proxy's address. Otherwise it is looked up in the user-data folder.
  --user-data DIR    The folder that the proxy was started with.

Exit code: 0 if every call went as it should, 1 otherwise.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stderr.write(usage);
    return 1;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const proxy =
    options.url === undefined ? await lookUp(options.userData) : { url: options.url, certificate: null };
  return proxy === undefined ? 1 : takeTour(proxy);
}

type Reachable = Pick<TourOptions, 'url' | 'certificate'>;

function readOptions(): { url: string | undefined; userData: string; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { url: { type: 'string' }, 'user-data': { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.url !== undefined) new URL(values.url);
    return {
      url: values.url,
      userData: values['user-data'] ?? userDataFolder(packageJson.productName),
      help: values.help ?? false,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`);
    return undefined;
  }
}

async function lookUp(userData: string): Promise<Reachable | undefined> {
  const proxy = await findRunningProxy(userData);
  if (proxy.found) return proxy;
  process.stderr.write(
    `No proxy is running. ${proxy.why}\n` +
      'Start it with `npm start` in another terminal and try again. If it was started with --user-data, give the ' +
      'same folder here; if you know its address, give it with --url.\n',
  );
  return undefined;
}

async function takeTour({ url, certificate }: Reachable): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.stdout.write(`MCP Proxy Desktop at ${url}\n`);
  let shown = '';
  const steps = await runTour({
    url,
    certificate,
    token: null,
    clientName: 'npm run demo',
    signal: interrupted.signal,
    onStep: (all) => {
      const step = all.at(-1);
      if (step === undefined) return;
      const heading = `\n${all.length}. ${step.title}: ${step.tool}\n`;
      if (shown !== heading) process.stdout.write(heading);
      shown = heading;
      process.stdout.write(describe(step));
    },
  });
  const wrong = steps.filter((step) => !asExpected(step));
  process.stdout.write(
    wrong.length === 0
      ? '\nAll three went as they should. Each one stands in the audit log.\n'
      : `\nNot as it should be: ${wrong.map((step) => step.tool).join(', ')}.\n`,
  );
  return wrong.length === 0 ? 0 : 1;
}

function describe({ outcome, detail }: DemoStep): string {
  const word = { waiting: '…', allowed: '✓ allowed', denied: '✗ denied', failed: '! failed' }[outcome];
  return `   ${word.padEnd(10)} ${detail.replaceAll('\n', `\n${' '.repeat(14)}`)}\n`;
}
