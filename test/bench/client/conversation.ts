// What the bench's clients say: a session is opened, the echo tool is found, and called.

/** Sends a request and gives the message that answers it. */
export type Ask = (message: Request) => Promise<unknown>;

interface Request {
  readonly jsonrpc: '2.0';
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: {
    readonly protocolVersion?: string;
    readonly tools?: readonly { readonly name: string }[];
    readonly content?: readonly { readonly text?: string }[];
  };
}

const text = 'The quick brown fox';

export const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** Gives the protocol version that was agreed on. `initialized` has to be sent next. */
export async function handshake(ask: Ask): Promise<string> {
  const answer = (await ask({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    },
  })) as Answer;
  const version = answer.result?.protocolVersion;
  if (version === undefined) throw new Error(`initialize was answered with ${JSON.stringify(answer)}`);
  return version;
}

/** The name under which the echo tool is offered here: some programs put the server's name before it. */
export async function findEcho(ask: Ask): Promise<string> {
  const answer = (await ask({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} })) as Answer;
  const tool = answer.result?.tools?.find(({ name }) => name.endsWith('echo'));
  if (tool === undefined) throw new Error(`tools/list was answered with ${JSON.stringify(answer)}`);
  return tool.name;
}

export function echoCall(id: number, tool: string): string {
  return (
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call",` +
    `"params":{"name":"${tool}","arguments":{"text":"${text}"}}}`
  );
}

/** Throws where the message is not the echo of the call with this id. */
export function checkEcho(id: number, message: unknown): void {
  const answer = message as Answer;
  if (answer.id !== id || answer.result?.content?.[0]?.text !== text) {
    throw new Error(`Call ${id} was answered with ${JSON.stringify(message)}`);
  }
}
