// The tour: three real calls through the proxy, one that is allowed, one denied, one that asks a person.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type CallToolResult, McpError } from '@modelcontextprotocol/sdk/types.js';
import { Agent, fetch } from 'undici';
import packageJson from '../../package.json' with { type: 'json' };
import { pinned } from '../main/program/pinned-certificate.ts';
import type { DemoStep } from '../shared/domain.ts';
import { demoServerName } from './server-name.ts';

export interface TourOptions {
  /** Where the proxy serves, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What to trust there, PEM; null for what the system trusts. */
  readonly certificate: string | null;
  /** Presented where the proxy wants one. */
  readonly token: string | null;
  /** The name that policy, prompt and audit log see. */
  readonly clientName: string;
  /** Gets all steps begun so far whenever one of them changes. */
  readonly onStep: (steps: readonly DemoStep[]) => void;
  /** Ends the tour early; the call under way is cancelled. */
  readonly signal: AbortSignal;
}

interface Stop {
  readonly title: string;
  readonly tool: string;
  readonly arguments: Record<string, string>;
  readonly expected: DemoStep['expected'];
  /** What is said while there is no answer yet. */
  readonly meanwhile: string;
}

const stops: readonly Stop[] = [
  {
    title: 'A call that only reads',
    tool: 'list_notes',
    arguments: {},
    expected: 'allowed',
    meanwhile: 'Asking for the list of notes.',
  },
  {
    title: 'A call that the policy forbids',
    tool: 'delete_note',
    arguments: { name: 'welcome' },
    expected: 'denied',
    meanwhile: 'Trying to delete the note "welcome".',
  },
  {
    title: 'A call that needs your word',
    tool: 'send_note',
    arguments: { name: 'ideas', to: 'someone@example.com' },
    expected: 'asks',
    meanwhile: 'Waiting for an answer: allow or deny it in the window of MCP Proxy Desktop.',
  },
];

// JSON-RPC code of everything that policy or a person refuses.
const policyViolation = -32001;
// Longer than a person is ever waited for; the proxy answers with its default before that.
const longestWait = 15 * 60_000;

/**
 * Makes the calls, one after the other.
 * A step that fails ends the tour, for what follows would fail too. Never rejects: what went wrong is the
 * `detail` of the last step.
 */
export async function runTour(options: TourOptions): Promise<DemoStep[]> {
  const steps: DemoStep[] = [];
  const show = (step: DemoStep, index: number) => {
    steps[index] = step;
    options.onStep([...steps]);
    return step.outcome;
  };
  const client = new Client({ name: options.clientName, version: packageJson.version });
  const headers = options.token === null ? {} : { authorization: `Bearer ${options.token}` };
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', options.url), {
    requestInit: { headers },
    ...(options.certificate === null ? {} : { fetch: fetchTrusting(options.certificate) }),
  });
  try {
    for (const [index, stop] of stops.entries()) {
      const { title, tool, expected, meanwhile } = stop;
      show({ title, tool, expected, outcome: 'waiting', detail: meanwhile }, index);
      const end = await make(client, transport, stop, options.signal);
      if (show({ title, tool, expected, ...end }, index) === 'failed') break;
    }
  } finally {
    await endSession(client, transport);
  }
  return steps;
}

function fetchTrusting(certificate: string): FetchLike {
  const dispatcher = new Agent({ connect: pinned(certificate) });
  // The library's fetch is the one that Node has from it, under types of its own.
  const asNode = fetch as unknown as FetchLike;
  return (url, init) => asNode(url, Object.assign({}, init, { dispatcher }));
}

/** Whether a finished step went as the shipped policy means it to; an ask may end either way. */
export function asExpected({ expected, outcome }: DemoStep): boolean {
  return expected === 'asks' ? outcome === 'allowed' || outcome === 'denied' : outcome === expected;
}

type End = Pick<DemoStep, 'outcome' | 'detail'>;

async function make(
  client: Client,
  transport: StreamableHTTPClientTransport,
  stop: Stop,
  signal: AbortSignal,
): Promise<End> {
  try {
    if (client.transport === undefined) await client.connect(transport, { signal });
    const served = client.getServerVersion()?.name ?? 'a server without a name';
    if (served !== demoServerName) {
      return failed(
        `The proxy serves "${served}". The tour deletes and sends a note, so it runs on the demo notes alone: ` +
          'start the proxy without a configured server.',
      );
    }
    const result = (await client.callTool({ name: stop.tool, arguments: stop.arguments }, undefined, {
      signal,
      timeout: longestWait,
    })) as CallToolResult;
    return result.isError === true ? failed(textOf(result)) : { outcome: 'allowed', detail: textOf(result) };
  } catch (error) {
    if (signal.aborted) return failed('The tour was stopped.');
    if (error instanceof McpError && error.code === policyViolation) {
      return { outcome: 'denied', detail: reasonOf(error) };
    }
    return failed(error instanceof Error ? explain(error) : String(error));
  }
}

/** A session that is not ended would keep its server process until its time is up. */
async function endSession(client: Client, transport: StreamableHTTPClientTransport): Promise<void> {
  try {
    if (transport.sessionId !== undefined) await transport.terminateSession();
  } catch {
    // The proxy is gone, and the session with it; the steps have told so already.
  } finally {
    await client.close();
  }
}

function failed(detail: string): End {
  return { outcome: 'failed', detail };
}

function textOf({ content }: CallToolResult): string {
  return content.map((item) => (item.type === 'text' ? item.text : `(${item.type})`)).join('\n');
}

/** The violations where the proxy names them, otherwise its message. */
function reasonOf(error: McpError): string {
  // The SDK puts "MCP error -32001: " before what the proxy said.
  return error.message.replace(/^MCP error -?\d+: /, '');
}

/** fetch says "fetch failed", and why only in the cause. */
function explain(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
