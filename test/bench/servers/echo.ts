// What the bench's servers answer: as little work as an MCP server with one tool can do.

interface Incoming {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly protocolVersion?: string;
    readonly arguments?: { readonly text?: string };
  };
}

const tools = [
  {
    name: 'echo',
    description: 'Gives its text back',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
];

/** Whether it opens a session, and the answer; null where the message gets none. */
export function answerTo(json: string): { opens: boolean; answer: string | null } {
  const { id, method, params } = JSON.parse(json) as Incoming;
  if (id === undefined || method === undefined) return { opens: false, answer: null };
  const outcome = outcomeOf(method, params);
  return { opens: method === 'initialize', answer: JSON.stringify({ jsonrpc: '2.0', id, ...outcome }) };
}

function outcomeOf(method: string, params: Incoming['params']): object {
  switch (method) {
    case 'tools/call':
      return { result: { content: [{ type: 'text', text: params?.arguments?.text }] } };
    case 'initialize':
      return {
        result: {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'echo', version: '1' },
        },
      };
    case 'tools/list':
      return { result: { tools } };
    case 'ping':
      return { result: {} };
    default:
      return { error: { code: -32601, message: 'Method not found' } };
  }
}
