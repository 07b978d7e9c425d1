// Calls one tool, in a session of its own, and prints the answer: node call.mjs PORT TOOL [ARGUMENTS]
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [port, name, args = '{}'] = process.argv.slice(2);
const client = new Client({ name: 'example', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
const said = await client.callTool({ name, arguments: JSON.parse(args) }).then(
  ({ content }) => content[0].text,
  ({ message }) => message,
);
console.log(`${port}: ${said}`);
await client.close();
