// Entry: the echo server on a free port of 127.0.0.1, which it prints. Streamable HTTP at /mcp, and for programs that
// know no other transport HTTP+SSE (MCP 2024-11-05) at /sse and /message.
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo } from './echo.ts';

const streams = new Map<string, ServerResponse>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method === 'GET' && url.pathname === '/sse') {
    openStream(response);
  } else if (request.method === 'DELETE') {
    response.writeHead(200).end();
  } else if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST, DELETE' }).end();
  } else {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    const stream = streams.get(url.searchParams.get('sessionId') ?? '');
    request.on('end', () =>
      stream === undefined ? post(body, response) : postToStream(body, stream, response),
    );
  }
});

function post(body: string, response: ServerResponse): void {
  const { opens, answer } = answerTo(body);
  if (answer === null) {
    response.writeHead(202, { 'content-length': 0 }).end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer),
    ...(opens ? { 'mcp-session-id': randomUUID() } : {}),
  });
  response.end(answer);
}

function openStream(response: ServerResponse): void {
  const session = randomUUID();
  streams.set(session, response);
  response.on('close', () => streams.delete(session));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`event: endpoint\ndata: /message?sessionId=${session}\n\n`);
}

function postToStream(body: string, stream: ServerResponse, response: ServerResponse): void {
  const { answer } = answerTo(body);
  response.writeHead(202, { 'content-length': 0 }).end();
  if (answer !== null) stream.write(`event: message\ndata: ${answer}\n\n`);
}

server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
