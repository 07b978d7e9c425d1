// A client of each transport that sends the bytes it is given and shows the bytes it gets.
import { type EventStream, messagesIn, openStream, type RawResponse, send } from './raw-http.ts';

export type Inbound = 'sse' | 'streamable-http';

export interface RawSession {
  /** Posts a body and gives the bare HTTP answer; the signal cuts the connection. */
  post(body: string | Buffer, signal?: AbortSignal): Promise<RawResponse>;
  /** Posts a request and gives all messages that come back, the answer last. */
  ask(body: string | Buffer, expected?: number): Promise<string[]>;
  /** Ends the session as a client does that goes away in good order. */
  close(): Promise<void>;
}

const initialize = (protocolVersion: string) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 'init',
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw client', version: '1' } },
  });
const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });

/** Opens a session and initializes it. */
export function openRawSession(
  inbound: Inbound,
  url: string,
  protocolVersion = '2025-03-26',
): Promise<RawSession & { initializeResult: unknown }> {
  return inbound === 'sse' ? openSse(url, protocolVersion) : openStreamable(url, protocolVersion);
}

/** The address that the first event of HTTP+SSE names. */
export async function readEndpoint(stream: EventStream, base: string): Promise<string> {
  const { event, data } = await stream.next();
  if (event !== 'endpoint')
    throw new Error(`The first event is not the endpoint, but ${event ?? '?'}: ${data}`);
  return new URL(data, base).href;
}

async function openSse(url: string, protocolVersion: string) {
  const stream = await openStream(`${url}/sse`);
  const endpoint = await readEndpoint(stream, url);
  const post = (body: string | Buffer, signal?: AbortSignal) => send(endpoint, { body, signal });
  const ask = async (body: string | Buffer, expected = 1) => {
    await post(body);
    const messages: string[] = [];
    while (messages.length < expected) messages.push((await stream.next()).data);
    return messages;
  };
  const close = () => {
    stream.close();
    return Promise.resolve();
  };
  const [answer] = await ask(initialize(protocolVersion));
  await post(initialized);
  return { post, ask, close, initializeResult: resultOf(answer) };
}

async function openStreamable(url: string, protocolVersion: string) {
  const headers: Record<string, string> = {};
  const post = (body: string | Buffer, signal?: AbortSignal) => send(`${url}/mcp`, { body, headers, signal });
  const ask = async (body: string | Buffer) => messagesIn(await post(body));
  const first = await post(initialize(protocolVersion));
  headers['mcp-session-id'] = String(first.headers['mcp-session-id']);
  headers['mcp-protocol-version'] = protocolVersion;
  await post(initialized);
  const close = async () => {
    await send(`${url}/mcp`, { method: 'DELETE', headers });
  };
  return { post, ask, close, initializeResult: resultOf(messagesIn(first)[0]) };
}

function resultOf(message: string | undefined): unknown {
  return (JSON.parse(message ?? '{}') as { result?: unknown }).result;
}
