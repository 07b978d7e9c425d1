// Runs the MCP project's own conformance suite at a server or a client, as its command line does, and reads the results.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { nodeCommand, temporaryFolder } from '../harness.ts';
import { whenTestsEnd } from '../tidy.ts';

const cli = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));

/** Its parser of arguments looks for them elsewhere in Electron than in Node, unless it is told that this is Node. */
const readsArgumentsAsNode = 'data:text/javascript,process.defaultApp=true';

/** A folder of results is named after its scenario and the time. */
const RESULT_FOLDER = /^(?:server-)?(?<scenario>.+)-\d{4}-\d{2}-\d{2}T[\dZ-]+$/u;

const checkFile = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().default(''),
  }),
);

export type Check = z.infer<typeof checkFile>[number];

/** The checks of each scenario, in the order in which they were made. */
export type SuiteResults = ReadonlyMap<string, readonly Check[]>;

/** All scenarios that a revision of the protocol names for servers; rejects where one gave no results. */
export async function runServerSuite(url: string, revision: string): Promise<SuiteResults> {
  const folder = temporaryFolder();
  const report = await runCli(['server', '--url', url, '--requirements', revision, '-o', folder]);
  return resultsIn(folder, await scenariosOf('server', revision), report);
}

/**
 * All scenarios that a revision names for clients, but those of authorization, one after the other; rejects where one
 * gave no results.
 * @param script a client, and its arguments; the URL of the suite's server is added to them
 */
export async function runClientSuite(script: readonly string[], revision: string): Promise<SuiteResults> {
  const folder = temporaryFolder();
  const scenarios = (await scenariosOf('client', revision)).filter((name) => !name.startsWith('auth/'));
  // A shell reads it.
  const command = [process.execPath, ...script].map((word) => `"${word}"`).join(' ');
  let report = '';
  for (const scenario of scenarios) {
    const args = ['--command', command, '--scenario', scenario, '--spec-version', revision, '-o', folder];
    report += await runCli(['client', ...args]);
  }
  return resultsIn(folder, scenarios, report);
}

function resultsIn(folder: string, scenarios: readonly string[], report: string): SuiteResults {
  const results = new Map<string, readonly Check[]>();
  for (const name of readdirSync(folder)) {
    const scenario = RESULT_FOLDER.exec(name)?.groups?.scenario;
    if (scenario === undefined) throw new Error(`Not a folder of results: ${name}`);
    results.set(
      scenario,
      checkFile.parse(JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'))),
    );
  }
  const missing = scenarios.filter((scenario) => !results.has(scenario));
  if (missing.length > 0) throw new Error(`No results for ${missing.join(', ')}:\n${report}`);
  return results;
}

/** What the suite says it has for one side, so that a scenario that vanishes is noticed. */
async function scenariosOf(side: 'server' | 'client', revision: string): Promise<string[]> {
  const list = await runCli(['list', '--requirements', revision]);
  const heading = new RegExp(`^${side} scenarios.*\\n(?<names>(?: {2}- .+\\n)+)`, 'imu');
  const required = heading.exec(list)?.groups?.names ?? '';
  const unscored = new RegExp(`- (?<name>\\S+) \\[${side}\\]$`, 'gmu');
  const names = [...required.matchAll(/- (?<name>\S+)$/gmu), ...list.matchAll(unscored)];
  if (required === '') throw new Error(`The suite lists no scenarios for ${revision}:\n${list}`);
  return names.flatMap(({ groups }) => groups?.name ?? []);
}

/** What it prints. Its exit code says whether all is well with the server, which is read from the results here. */
async function runCli(cliArgs: readonly string[]): Promise<string> {
  const { command, args, env } = nodeCommand(cli, ...cliArgs);
  const child = spawn(command, ['--import', readsArgumentsAsNode, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return output + errors;
}
