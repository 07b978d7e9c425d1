// Server-sent events, outgoing: how a message is framed for a stream.
import { singleLine } from './bytes.ts';

const MESSAGE = 'event: message\n';
const MESSAGE_HEAD = Buffer.from(`${MESSAGE}data: `);
const END = Buffer.from('\n\n');

/** A comment line: keeps the connection alive and is ignored by every reader. */
export const keepAlive = Buffer.from(': keep-alive\n\n');

/** A frame of a larger message is written in pieces, so that the message is not copied for it. */
const MAX_COPIED_BYTES = 64 * 1024;

/**
 * A JSON-RPC message as a `message` event, with an id where its stream can be resumed (HTML Standard, section 9.2).
 * In pieces that are to be written one after the other.
 */
export function messageEvent(json: Buffer, id: string | null = null): readonly Buffer[] {
  const head = id === null ? MESSAGE_HEAD : Buffer.from(`${MESSAGE}id: ${id}\ndata: `);
  const pieces = [head, singleLine(json), END];
  return json.length > MAX_COPIED_BYTES ? pieces : [Buffer.concat(pieces)];
}

/** An event without data that gives a client an id to resume from before there is a message (MCP 2025-11-25, transports). */
export function primingEvent(id: string): string {
  return `id: ${id}\ndata: \n\n`;
}

/** How long a client should wait before it resumes the stream, milliseconds (HTML Standard, section 9.2). */
export function retryField(ms: number): string {
  return `retry: ${ms}\n\n`;
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
