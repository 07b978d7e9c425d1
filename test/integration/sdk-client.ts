// The MCP SDK's own client, which answers every request of a server and remembers what it was told.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type CallToolResult,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  type JSONRPCMessage,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ProgressNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Inbound } from './raw-session.ts';

export interface SdkClient {
  readonly client: Client;
  /** What the server asked of this client and told it, as short words, in order. */
  readonly heard: string[];
  /** Calls a tool and gives the text of its result. */
  call(
    tool: string,
    given?: Record<string, unknown>,
    options?: Parameters<Client['callTool']>[2],
  ): Promise<string>;
  close(): Promise<void>;
}

/** Connects to a proxy; `path` replaces the one that the transport usually has. */
export async function connectSdkClient(
  inbound: Inbound,
  url: string,
  path = inbound === 'sse' ? '/sse' : '/mcp',
): Promise<SdkClient> {
  const address = new URL(path, url);
  return connectSdkClientBy(
    inbound === 'sse'
      ? // eslint-disable-next-line @typescript-eslint/no-deprecated -- clients that speak it are what is tested
        new SSEClientTransport(address)
      : new StreamableHTTPClientTransport(address),
  );
}

export async function connectSdkClientBy(transport: Transport): Promise<SdkClient> {
  const client = new Client(
    { name: 'sdk client', version: '1' },
    { capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } } },
  );
  const heard: string[] = [];

  client.setRequestHandler(CreateMessageRequestSchema, () => {
    heard.push('sampling');
    return { model: 'test', role: 'assistant', content: { type: 'text', text: 'a sampled answer' } };
  });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    heard.push(params.mode === 'url' ? `elicitation ${params.url}` : 'elicitation');
    if (params.mode === 'url') return { action: 'accept' };
    const content = { name: 'Ada Lovelace', check: true, interpretation: 'programming' };
    return { action: 'accept', content };
  });
  client.setRequestHandler(ListRootsRequestSchema, () => {
    heard.push('roots');
    return { roots: [{ uri: 'file:///somewhere/project', name: 'The project' }] };
  });
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    heard.push(`log ${String(params.data)}`);
  });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    heard.push(`updated ${params.uri}`);
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard.push('tools changed');
  });
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
    heard.push('resources changed');
  });

  await client.connect(transport);
  // The SDK loses progress that arrives in one piece with the result, so it is counted before the SDK sees it.
  const pass = transport.onmessage;
  transport.onmessage = (message: JSONRPCMessage) => {
    const { success, data } = ProgressNotificationSchema.safeParse(message);
    if (success) heard.push(`progress ${data.params.progress}`);
    if ('result' in message) heard.push('result');
    pass?.(message);
  };

  return {
    client,
    heard,
    async call(tool, given = {}, options) {
      const result = (await client.callTool(
        { name: tool, arguments: given },
        undefined,
        options,
      )) as CallToolResult;
      return result.content.map((item) => (item.type === 'text' ? item.text : item.type)).join('\n');
    },
    async close() {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
      await client.close();
    },
  };
}
