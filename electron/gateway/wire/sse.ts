// Server-sent events, outgoing: how a message is framed for a stream.
import { singleLine } from './bytes.ts';

const MESSAGE_HEAD = Buffer.from('event: message\ndata: ');
const END = Buffer.from('\n\n');

/** A comment line: keeps the connection alive and is ignored by every reader. */
export const keepAlive = Buffer.from(': keep-alive\n\n');

/** A JSON-RPC message as a `message` event (HTML Standard, section 9.2). */
export function messageEvent(json: Buffer): Buffer {
  return Buffer.concat([MESSAGE_HEAD, singleLine(json), END]);
}

/** The first event of HTTP+SSE: where messages are to be posted (MCP 2024-11-05, transports). */
export function endpointEvent(path: string): string {
  return `event: endpoint\ndata: ${path}\n\n`;
}

export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;
