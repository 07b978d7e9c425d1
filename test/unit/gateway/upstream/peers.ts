// What the tests of the connections share: a session that writes down what it is told, messages, a quiet logger.
import { existsSync, readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { AllowedMessage } from '../../../../electron/gateway/call.ts';
import type { Logger, StreamEvent, UpstreamEvents } from '../../../../electron/gateway/ports.ts';
import { errors } from '../../../../electron/gateway/errors.ts';
import { errorResponse } from '../../../../electron/gateway/wire/error-response.ts';
import type { Message, RequestId, ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { readServerMessage } from '../../../../electron/gateway/wire/parse.ts';

export interface Session extends UpstreamEvents {
  readonly received: { readonly message: Message; readonly relatedTo: RequestId | null }[];
  readonly closings: string[];
  readonly interruptions: string[];
  /** What was told of the streams of answers. */
  readonly streams: { readonly request: RequestId; readonly event: StreamEvent }[];
  /** Waits for the response with this id. */
  answer(id: RequestId): Promise<ResponseMessage>;
  /** Waits for a request or notification with this method. */
  heard(method: string): Promise<Message>;
  whyClosed(): Promise<string>;
}

export function recordingSession(): Session {
  const received: Session['received'] = [];
  const closings: string[] = [];
  const interruptions: string[] = [];
  const streams: Session['streams'] = [];
  const find = async <T>(look: () => T | undefined): Promise<T> =>
    vi.waitFor(
      () => {
        const found = look();
        if (found === undefined)
          throw new Error(`not among ${received.length} messages; closed: ${closings.join()}`);
        return found;
      },
      { timeout: 20_000, interval: 5 },
    );
  const messages = (): Message[] => received.map(({ message }) => message);
  return {
    received,
    closings,
    interruptions,
    streams,
    message: (message, relatedTo) => void received.push({ message, relatedTo }),
    stream: (request, event) => void streams.push({ request, event }),
    interrupted: (why) => void interruptions.push(why),
    closed: (why) => void closings.push(why),
    // As a session does it: the client gets an error in the place of the answer.
    failed(id, why) {
      const bytes = errorResponse(id, { error: 'upstream', message: why });
      const error = { code: errors.upstream.code, message: why };
      received.push({ message: { kind: 'response', id, error, result: null, bytes }, relatedTo: id });
    },
    answer: (id) =>
      find(
        () =>
          messages().find((message) => message.kind === 'response' && message.id === id) as ResponseMessage,
      ),
    heard: (method) =>
      find(() => messages().find((message) => 'method' in message && message.method === method)),
    whyClosed: () => find(() => closings[0]),
  };
}

/** Bytes as a client would have sent them, past the verdict. */
export function allowedBytes(bytes: Buffer): AllowedMessage {
  const parsed = readServerMessage(bytes);
  const message = parsed.ok ? parsed.value[0] : undefined;
  if (message === undefined) throw new Error(`not a message: ${bytes.toString()}`);
  return { message, paramHeaders: {}, requestId: 'req_test' } as AllowedMessage;
}

export function request(id: RequestId, method: string, params: object = {}): AllowedMessage {
  return allowedBytes(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params })));
}

export function notification(method: string, params: object = {}): AllowedMessage {
  return allowedBytes(Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params })));
}

export interface LogLine {
  readonly event: string;
  readonly fields: Record<string, unknown> | undefined;
}

export function recordingLogger(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const note = (event: string, fields?: Record<string, unknown>): void => void lines.push({ event, fields });
  return { lines, debug: note, info: note, warn: note, error: note };
}

/** Takes no note of processes. */
export const noRegister = { started: () => undefined, ended: () => undefined, close: () => undefined };

/** True while a process runs; one that has ended and waits to be collected does not. Linux alone. */
export function runs(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
}
