// An HTTP server as its connections see it.
import type { Logger } from '../ports.ts';
import type { Hide } from './hide-secrets.ts';
import type { HttpClient } from './http-client.ts';

export interface HttpServer {
  /** As configured; for people and logs. */
  readonly name: string;
  /** Without user name and password, which are in the headers. */
  readonly url: URL;
  /** Sent with every request; lower-case names. The only credentials that ever reach a server. */
  readonly headers: Readonly<Record<string, string>>;
  readonly hide?: Hide | undefined;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
  /** How long a server may take to open its stream of events or to acknowledge a notification, milliseconds. */
  readonly timeoutMs: number;
}
