// The whole gateway in the test's own process, with a configuration file as the program has it: real ports, workers, OPA.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createGateway } from '../../../electron/gateway/gateway.ts';
import type { Gateway } from '../../../electron/gateway/gateway-options.ts';
import { type AuditRow, readAuditLog } from '../audit-log.ts';
import { allowAll, temporaryFolder, writeConfig } from '../harness.ts';
import { openRawSession, type RawSession } from '../raw-session.ts';
import { whenTestsEnd } from '../tidy.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

type Sections = Readonly<Record<string, unknown>>;

export interface GatewayWishes {
  /** Rego, by file name; null for none of their own. All is allowed where they are left out. */
  readonly policies?: Readonly<Record<string, string>> | null;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder from an earlier run. */
  readonly userData?: string;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly userData: string;
  readonly configFile: string;
  readonly commands: Gateway['commands'];
  setAttended(attended: boolean): void;
  /** What it has logged so far; only where `logging` is left as it is. */
  log(): Record<string, unknown>[];
  records(): AuditRow[];
  /** A second call does nothing. */
  close(mostMs?: number): Promise<void>;
}

/** Runs until the test has finished, or the tests of the file where it is started outside of one. */
export async function runGateway(config: Sections, wishes: GatewayWishes = {}): Promise<RunningGateway> {
  const folder = temporaryFolder();
  const userData = wishes.userData ?? join(folder, 'data');
  const logFile = join(folder, 'lines.log');
  const logging = { level: 'debug', output: 'file', file: { path: logFile } };
  const policies = wishes.policies === null ? undefined : (wishes.policies ?? allowAll);
  const configFile = await writeConfig(folder, { logging, ...config }, policies);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MCP_'));
  const gateway = await createGateway(
    {
      version: '0.0.0',
      configFile,
      managedConfigFile: null,
      userData,
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { ...Object.fromEntries(inherited), ...wishes.env },
    },
    () => undefined,
  );
  let closing: Promise<void> | undefined;
  const close = (mostMs = 100) => (closing ??= gateway.close(mostMs));
  try {
    onTestFinished(() => close());
  } catch {
    // Outside of a test: whoever started it closes it, and this is for those who fail before that.
    whenTestsEnd(() => void close());
  }
  return {
    url: gateway.url,
    port: Number(new URL(gateway.url).port),
    userData,
    configFile,
    commands: gateway.commands,
    setAttended: (attended) => gateway.setAttended(attended),
    log: () =>
      (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    records: () => readAuditLog(userData),
    close,
  };
}

export interface Answered {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Opens a session, whose calls are then made one by one. */
export async function openCalls(url: string, path = ''): Promise<ReturnType<typeof callsOf>> {
  return callsOf(await openRawSession('streamable-http', `${url}${path}`));
}

let lastId = 0;

function callsOf(session: RawSession) {
  /** Calls a tool, and gives the answer. */
  async function call(tool = 'raw', given: object = {}): Promise<Answered> {
    const messages = await session.ask(toolCall(tool, given));
    return JSON.parse(messages.at(-1) ?? '{}') as Answered;
  }
  /** The error code of a call; null where it was answered. */
  async function code(tool = 'raw', given: object = {}): Promise<number | null> {
    return (await call(tool, given)).error?.code ?? null;
  }
  return { session, call, code };
}

export function toolCall(tool: string, given: object = {}): string {
  const params = { name: tool, arguments: given };
  return JSON.stringify({ jsonrpc: '2.0', id: (lastId += 1), method: 'tools/call', params });
}

/** Denies every call of a tool, and tells in its violations what the policy saw. */
export const telling = {
  'telling.rego': 'package mcp.policy\n\ndecision := {"allow": false, "violations": [json.marshal(input)]}\n',
};

/** What a policy saw of a call that `telling` has denied. */
export function seenBy({ error }: Answered): Record<string, Record<string, unknown>> {
  const text = error?.message ?? '';
  return JSON.parse(text.slice(text.indexOf('{'))) as Record<string, Record<string, unknown>>;
}
