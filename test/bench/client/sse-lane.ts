// A session over HTTP+SSE (MCP 2024-11-05), for programs that serve nothing newer: a stream, and a connection for POSTs.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { checkEcho, echoCall, findEcho, handshake, initialized, type Ask } from './conversation.ts';
import { openHttpSocket } from './http-socket.ts';
import type { OpenLane } from './open-lane.ts';

export async function openSseLane(address: string): Promise<OpenLane> {
  const request = get(address, { agent: false, headers: { accept: 'text/event-stream' } });
  const [stream] = (await once(request, 'response')) as [IncomingMessage];
  if (stream.statusCode !== 200) {
    request.destroy();
    throw new Error(`Status ${stream.statusCode ?? '?'}`);
  }

  let waiting = Promise.withResolvers<string>();
  const fail = () => waiting.reject(new Error('The stream ended'));
  stream.on('error', fail).on('close', fail);
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines)
      if (line.startsWith('data:')) waiting.resolve(line.slice('data:'.length).trim());
  });

  const endpoint = new URL(await waiting.promise, address);
  const socket = await openHttpSocket(endpoint);
  const post = (body: string) => socket.post(endpoint.pathname + endpoint.search, '', body);
  const send = async (body: string): Promise<unknown> => {
    waiting = Promise.withResolvers<string>();
    const [data, { status }] = await Promise.all([waiting.promise, post(body)]);
    if (status >= 300) throw new Error(`Status ${status}`);
    return JSON.parse(data);
  };
  const ask: Ask = (message) => send(JSON.stringify(message));

  await handshake(ask);
  await post(initialized);
  const tool = await findEcho(ask);
  let id = 100;
  return {
    async call() {
      id += 1;
      checkEcho(id, await send(echoCall(id, tool)));
    },
    close() {
      waiting.promise.catch(() => undefined);
      socket.close();
      request.destroy();
    },
  };
}
