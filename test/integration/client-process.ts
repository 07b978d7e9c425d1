// A client in a process of its own, for tests that end it as nothing could prevent: it connects, says so, and stays.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [, , url = ''] = process.argv;
const client = new Client({ name: 'vanishing client', version: '1' });
const transport = new StreamableHTTPClientTransport(new URL('/mcp', url));
await client.connect(transport);
const { tools } = await client.listTools();
process.stdout.write(`${JSON.stringify({ session: transport.sessionId, tools: tools.length })}\n`);
setInterval(() => undefined, 60_000);
