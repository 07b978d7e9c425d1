// A server behind a URL: which era and which transport it speaks is found out by asking, where nobody has said.
import { UpstreamError } from '../errors.ts';
import type { AllowedMessage } from '../call.ts';
import type { Logger, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { trackConnections, type ClosableUpstream } from './connections.ts';
import { createEraFinding, type ConfiguredEra } from './era-finding.ts';
import { learningFromLegacy, refusedConnection } from './era-signs.ts';
import { hideSecrets } from './hide-secrets.ts';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';
import { HttpStatusError, suggestsOlderServer } from './http-failure.ts';
import type { HttpServer } from './http-server.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { openModernConnection } from './modern-connection.ts';
import { openSseConnection } from './sse-connection.ts';
import { openStreamableConnection } from './streamable-connection.ts';
import { describeUrl } from './target.ts';
import { createTurns } from './turns.ts';

type HttpTransport = 'auto' | 'sse' | 'streamable-http';

export interface HttpUpstreamOptions {
  readonly name: string;
  /** http or https. User name and password in it are sent as basic authentication. */
  readonly url: URL;
  readonly transport: HttpTransport;
  /** Sent with every request, and the only credentials that are. */
  readonly headers: Readonly<Record<string, string>>;
  /** For connecting, opening a stream of events, acknowledging a notification; milliseconds. Answers may take longer. */
  readonly timeoutMs: number;
  readonly pool?: Pick<HttpClientOptions, 'idleTimeoutMs' | 'maxIdle' | 'maxOpen'>;
  /** `auto`, where it is left out. HTTP+SSE is of the legacy era alone. */
  readonly era?: ConfiguredEra;
  readonly logger: Logger;
  readonly maxMessageBytes?: number;
}

export function createHttpUpstream(options: HttpUpstreamOptions): ClosableUpstream {
  const { name, transport, timeoutMs, era = 'auto', logger, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const { pool = {} } = options;
  const http = createHttpClient({
    origin: options.url.origin,
    connectTimeoutMs: timeoutMs,
    ...pool,
    logger,
  });
  const url = new URL(options.url);
  url.username = url.password = url.hash = '';
  const credentials = credentialsFor(options);
  const server = {
    name,
    url,
    headers: { ...ourHeaders, ...credentials },
    hide: hideSecrets([...Object.values(credentials), decodeURIComponent(options.url.password)]),
    http,
    logger,
    maxMessageBytes,
    timeoutMs,
  };
  const connections = trackConnections();
  const finding: Finding = { speaksSse: false };
  const eras = createEraFinding(name, transport === 'sse' ? 'legacy' : era, logger);

  return {
    name,
    kind: 'http',
    target: describeUrl(options.url),
    connect(events, wanted) {
      if (eras.configured !== 'auto' && eras.refuses(wanted)) return refusedConnection(name, wanted, events);
      // It ends by itself with its request, and with the client below: nobody has to know of it.
      if (wanted === 'modern') return openModernConnection(server, events, eras);
      return connections.add(openLegacy(learningFromLegacy(events, eras)));
    },
    refuses: (wanted) => eras.refuses(wanted),
    interrupt: () => Promise.resolve(),
    async close() {
      await connections.close();
      await http.close();
    },
  };

  function openLegacy(events: UpstreamEvents): UpstreamConnection {
    switch (transport) {
      case 'sse':
        return openSseConnection(server, events);
      case 'streamable-http':
        return openStreamableConnection(server, events);
      case 'auto':
        return openWhicheverFits(server, finding, events);
    }
  }
}

/** What was found out about a server; later sessions don't ask again. */
interface Finding {
  speaksSse: boolean;
}

/**
 * The first message is posted as Streamable HTTP. Where the server refuses that as one who does not know it, the
 * older transport is tried (MCP 2025-11-25, transports, backwards compatibility).
 */
function openWhicheverFits(server: HttpServer, finding: Finding, events: UpstreamEvents): UpstreamConnection {
  const turns = createTurns();
  let current: UpstreamConnection | null = null;
  let found = false;
  let closed = false;

  async function sendFirst(allowed: AllowedMessage): Promise<void> {
    if (finding.speaksSse) {
      try {
        await attempt(openSseConnection, allowed);
        return;
      } catch (error) {
        if (!(error instanceof HttpStatusError)) throw error;
        // It does no longer: the question is open again.
        finding.speaksSse = false;
      }
    }
    try {
      await attempt(openStreamableConnection, allowed);
    } catch (error) {
      if (!(error instanceof HttpStatusError) || !suggestsOlderServer(error.status)) throw error;
      await sendAsOlder(allowed, error);
    }
  }

  async function sendAsOlder(allowed: AllowedMessage, refusal: HttpStatusError): Promise<void> {
    try {
      await attempt(openSseConnection, allowed);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      throw new UpstreamError(`${refusal.message} (and over HTTP+SSE: ${error.message})`, { cause: error });
    }
    finding.speaksSse = true;
    server.logger.info('upstream_transport_found', { server: server.name, transport: 'sse' });
  }

  async function attempt(open: typeof openSseConnection, allowed: AllowedMessage): Promise<void> {
    if (closed) throw new UpstreamError('The connection was closed');
    current = open(server, events);
    try {
      await current.send(allowed);
      found = true;
    } catch (error) {
      await current.close();
      throw error;
    }
  }

  return {
    send: async (allowed) =>
      turns(!found, async () => (found && current !== null ? current.send(allowed) : sendFirst(allowed))),
    async close() {
      closed = true;
      await current?.close();
    },
  };
}

// A compressed body would not be the bytes that the server's message is made of.
const ourHeaders = { 'accept-encoding': 'identity', 'user-agent': 'mcp-proxy-desktop' };

/** The configured headers, and user name and password of the URL as one. */
function credentialsFor({ url, headers }: HttpUpstreamOptions): Record<string, string> {
  const lowered = Object.fromEntries(
    Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
  if (url.username === '' && url.password === '') return lowered;
  const pair = [url.username, url.password].map(decodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...lowered };
}
