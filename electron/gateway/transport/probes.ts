// Answers those who watch the proxy (metrics, health): short answers to GET, never a way to anything else.
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../ports.ts';
import { pathOf } from './endpoint.ts';

export interface ProbeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface Probe {
  readonly path: string;
  /** SHA-256 of what has to come as `Authorization: Bearer`, 64 hexadecimal digits; null where nothing has to. */
  readonly tokenHash: string | null;
  answer(): ProbeAnswer | Promise<ProbeAnswer>;
}

export interface Probes {
  /** The probe that a request asks for; undefined for any other path. */
  asked(request: IncomingMessage): Probe | undefined;
  /** Answers a request that has come in at the door. Never rejects. */
  answer(probe: Probe, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createProbes(probes: readonly Probe[], logger: Logger): Probes {
  const byPath = new Map(probes.map((probe) => [probe.path, probe]));

  return {
    asked: (request) => byPath.get(pathOf(request)),
    async answer(probe, request, response) {
      const { status, contentType, body, headers = {} } = await answerOf(probe, request);
      response.writeHead(status, {
        'content-type': contentType,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
  };

  async function answerOf(
    probe: Probe,
    { method, headers: { authorization = '' } }: IncomingMessage,
  ): Promise<ProbeAnswer & { readonly headers?: Record<string, string> }> {
    if (method !== 'GET' && method !== 'HEAD') {
      return { ...inWords(405, 'Only GET is answered here'), headers: { allow: 'GET, HEAD' } };
    }
    if (probe.tokenHash !== null && !isToken(authorization, probe.tokenHash)) {
      const words = inWords(401, 'A token is needed here, as Authorization: Bearer');
      return { ...words, headers: { 'www-authenticate': 'Bearer' } };
    }
    try {
      return await probe.answer();
    } catch (error) {
      logger.error('probe_failed', { path: probe.path, error: String(error) });
      return inWords(500, 'Internal error of the proxy');
    }
  }
}

function inWords(status: number, words: string): ProbeAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${words}\n` };
}

function isToken(authorization: string, tokenHash: string): boolean {
  const presented = authorization.replace(/^Bearer +/iu, '');
  return timingSafeEqual(Buffer.from(hash('sha256', presented), 'hex'), Buffer.from(tokenHash, 'hex'));
}
