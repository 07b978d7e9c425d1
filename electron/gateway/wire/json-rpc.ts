// JSON-RPC 2.0 messages: bytes in, a typed envelope out, the bytes kept for forwarding as they came.

export type RequestId = string | number;

interface Envelope {
  /** The message as it came, without surrounding line breaks; what is forwarded is this. */
  readonly bytes: Buffer;
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
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: 'parse_error' | 'invalid_request' | 'duplicate_key';
      readonly message?: string;
      /** The id of the refused request, where one could be read. */
      readonly id: RequestId | null;
    };
