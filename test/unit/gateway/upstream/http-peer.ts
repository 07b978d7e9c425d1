// A small HTTP server for tests, which writes down what it is asked and answers as each test says.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body as JSON; null where it has none. */
  readonly json: { id?: string | number; method?: string; params?: Record<string, unknown> } | null;
}

export type Answering = (asked: Asked, response: ServerResponse) => void;

export interface HttpPeer {
  readonly url: URL;
  readonly asked: Asked[];
  /** Replaces how requests are answered from now on. */
  answering: Answering;
  /** Breaks all connections. */
  drop(): void;
  close(): Promise<void>;
}

export async function startPeer(answering: Answering): Promise<HttpPeer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const json = body.length === 0 ? null : (JSON.parse(body.toString()) as Asked['json']);
      const { method = '', url: path = '', headers } = request;
      const entry = { method, path, headers, body, json };
      asked.push(entry);
      peer.answering(entry, response);
    });
  });
  await listen(server);
  const peer: HttpPeer = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    asked,
    answering,
    drop: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

export function json(response: ServerResponse, body: object | string, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function stream(response: ServerResponse, ...events: string[]): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const event of events) response.write(`${event}\n\n`);
  return response;
}

export const resultFor = (id: string | number | undefined, result: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result });

/** A Streamable HTTP server with a session, as most are: 405 for GET, 202 for notifications, `calls` for the rest. */
export function streamable(
  calls: Answering,
  listening: Answering = (_asked, response) => response.writeHead(405).end(),
): Answering {
  return (asked, response) => {
    if (asked.method === 'GET') {
      listening(asked, response);
      return;
    }
    if (asked.method === 'DELETE') return response.writeHead(200).end();
    if (asked.json?.method === 'initialize') {
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 'peer', version: '1' },
      };
      json(response, resultFor(asked.json.id, result), 200, { 'mcp-session-id': 'session-1' });
      return;
    }
    if (asked.json?.method?.startsWith('notifications/') === true || asked.json?.method === undefined) {
      return response.writeHead(202).end();
    }
    calls(asked, response);
  };
}
