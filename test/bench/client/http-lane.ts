// A session over Streamable HTTP, on a connection of its own.
import { checkEcho, echoCall, findEcho, handshake, initialized, type Ask } from './conversation.ts';
import type { HttpResponse } from './http-response.ts';
import { openHttpSocket } from './http-socket.ts';
import type { OpenLane } from './open-lane.ts';

/** Connects, and opens a session where the server has sessions. */
export async function openHttpLane(address: string): Promise<OpenLane> {
  const url = new URL(address);
  const socket = await openHttpSocket(url);
  try {
    let head = 'accept: application/json, text/event-stream\r\n';
    const post = (body: string) => socket.post(url.pathname, head, body);
    const ask: Ask = async (message) => {
      const response = await post(JSON.stringify(message));
      const session = response.headers.get('mcp-session-id');
      if (message.method === 'initialize' && session !== undefined) head += `mcp-session-id: ${session}\r\n`;
      return messageIn(response);
    };
    const version = await handshake(ask);
    head += `mcp-protocol-version: ${version}\r\n`;
    await post(initialized);
    const tool = await findEcho(ask);

    let id = 100;
    return {
      async call() {
        id += 1;
        checkEcho(id, messageIn(await post(echoCall(id, tool))));
      },
      close: socket.close,
    };
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The message that is the body, or the last one of a stream of events. */
function messageIn({ status, headers, body }: HttpResponse): unknown {
  if (status !== 200) throw new Error(`Status ${status}: ${body.slice(0, 200)}`);
  if (headers.get('content-type')?.startsWith('text/event-stream') !== true) return JSON.parse(body);
  const at = body.lastIndexOf('data:');
  const end = body.indexOf('\n', at);
  return JSON.parse(body.slice(at + 'data:'.length, end < 0 ? undefined : end));
}
