// What an answer shows of the era of the server that gave it.
import { UpstreamError } from '../errors.ts';
import type { Era, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import type { ResponseMessage } from '../wire/json-rpc.ts';
import type { EraFinding } from './era-finding.ts';
import { suggestsOlderServer } from './http-failure.ts';

/** HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion (MCP 2026-07-28, basic, error codes). */
const modernErrors: ReadonlySet<number> = new Set([-32020, -32021, -32022]);
const UNSUPPORTED_VERSION = -32022;
const METHOD_NOT_FOUND = -32601;

/** The request that asks for the era: every modern server answers it (MCP 2026-07-28, discovery). */
export const DISCOVER = 'server/discover';

/** What the answer to a modern request shows; null where servers of both eras could have given it. */
export function eraOfAnswer(method: string, { error, result }: ResponseMessage): Era | null {
  if (error !== null && modernErrors.has(error.code)) return 'modern';
  if (method === DISCOVER) return Array.isArray(member(result, 'supportedVersions')) ? 'modern' : 'legacy';
  return typeof member(result, 'resultType') === 'string' ? 'modern' : null;
}

/**
 * What an HTTP status that is no success shows, with the error in its body if there is one (MCP 2026-07-28,
 * Streamable HTTP, backward compatibility).
 */
export function eraOfRefusal(method: string, status: number, answer: ResponseMessage | null): Era | null {
  const code = answer?.error?.code ?? 0;
  if (modernErrors.has(code)) return 'modern';
  // A method that is not known here, and no place that is not.
  if (status === 404 && code === METHOD_NOT_FOUND && method !== DISCOVER) return 'modern';
  return suggestsOlderServer(status) ? 'legacy' : null;
}

/** Learns from the first answer of a legacy session, which is the one to `initialize`. */
export function learningFromLegacy(events: UpstreamEvents, finding: EraFinding): UpstreamEvents {
  let answered = false;
  return {
    ...events,
    message(message, relatedTo) {
      if (message.kind === 'response' && !answered) {
        answered = true;
        if (message.error === null) finding.learn('legacy', true);
        else if (message.error.code === UNSUPPORTED_VERSION) {
          finding.learn('modern', true);
          finding.learn('legacy', false);
        }
      }
      events.message(message, relatedTo);
    },
  };
}

/** A connection to a server that is configured not to speak its era: nothing is sent. */
export function refusedConnection(server: string, era: Era, events: UpstreamEvents): UpstreamConnection {
  const why = `${server} is configured as a server that does not speak the ${era} protocol`;
  return {
    send({ message }) {
      if (message.kind !== 'request') return Promise.reject(new UpstreamError(why));
      events.failed(message.id, why, 'era');
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
