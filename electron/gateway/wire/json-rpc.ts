// JSON-RPC 2.0 messages as this program handles them: a typed envelope, and the bytes as they came.

import type { TraceHeaders } from './trace-context.ts';

export type RequestId = string | number;

interface Envelope {
  /** The message as it came, without surrounding white space. What is forwarded is this, never a re-encoding. */
  readonly bytes: Buffer;
  /** Trace headers of the HTTP request that brought it from its client. Left out where there were none. */
  readonly traceHeaders?: TraceHeaders;
}

export interface RequestMessage extends Envelope {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface NotificationMessage extends Envelope {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface ResponseMessage extends Envelope {
  readonly kind: 'response';
  /** null where the sender could not read the request's id (JSON-RPC 2.0 section 5). */
  readonly id: RequestId | null;
  /** Set where the response is an error. */
  readonly error: { readonly code: number; readonly message: string } | null;
  readonly result: unknown;
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage;

/** Something read from bytes, or the error of the catalogue that says why not. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: 'parse_error' | 'invalid_request' | 'duplicate_key';
      readonly message?: string;
      /** The id of the refused request, where one could be read. */
      readonly id: RequestId | null;
    };
