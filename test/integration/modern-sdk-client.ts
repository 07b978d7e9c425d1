// The SDK's client of 2026-07-28, which answers whatever it is asked and remembers what it was told.
import {
  type CallToolRequestOptions,
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { bridgeCommand } from './bridge-process.ts';

export interface ModernSdkClient {
  readonly client: Client;
  /** What this client was asked and told, as short words, in order. */
  readonly heard: string[];
  /** Calls a tool and gives the text of its result. */
  readonly call: (
    tool: string,
    given?: Record<string, unknown>,
    options?: CallToolRequestOptions,
  ) => Promise<string>;
}

/** Connects to one server of a proxy; unless told otherwise, in whichever era that is offered in. */
export async function connectModernSdkClient(
  inbound: 'http' | 'bridge',
  proxyUrl: string,
  server: string,
  mode: VersionNegotiationMode = 'auto',
): Promise<ModernSdkClient> {
  const client = new Client(
    { name: 'modern sdk client', version: '1' },
    {
      versionNegotiation: { mode },
      capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} },
    },
  );
  const heard: string[] = [];
  client.setRequestHandler('sampling/createMessage', () => {
    heard.push('sampling');
    return { model: 'test', role: 'assistant', content: { type: 'text', text: 'a sampled answer' } };
  });
  client.setRequestHandler('elicitation/create', ({ params }) => {
    heard.push(params.mode === 'url' ? `elicitation ${params.url}` : 'elicitation');
    return params.mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { name: 'Ada' } };
  });
  client.setRequestHandler('roots/list', () => {
    heard.push('roots');
    return { roots: [{ uri: 'file:///somewhere/project' }] };
  });
  client.setNotificationHandler('notifications/message', ({ params }) => {
    heard.push(`log ${String(params.data)}`);
  });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    heard.push(`updated ${params.uri}`);
  });
  for (const list of ['tools', 'prompts', 'resources'] as const) {
    client.setNotificationHandler(`notifications/${list}/list_changed`, () => {
      heard.push(`${list} changed`);
    });
  }
  await client.connect(transportTo(inbound, proxyUrl, server));
  return {
    client,
    heard,
    async call(tool, given = {}, options) {
      const { content } = await client.callTool({ name: tool, arguments: given }, options);
      return content.map((item) => (item.type === 'text' ? item.text : item.type)).join('\n');
    },
  };
}

function transportTo(inbound: 'http' | 'bridge', proxyUrl: string, server: string) {
  if (inbound === 'http')
    return new StreamableHTTPClientTransport(new URL(`/servers/${server}/mcp`, proxyUrl));
  const { command, args, env } = bridgeCommand('--url', proxyUrl, '--server', server);
  return new StdioClientTransport({
    command,
    args,
    env: { ...process.env, ...env } as Record<string, string>,
  });
}
