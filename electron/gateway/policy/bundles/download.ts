// Asks a server for a bundle: conditionally, within bounds of time and size, and following few redirects.
import { Agent, request } from 'undici';
import type { Closable } from '../../ports.ts';
import { inMebibytes, maxPackedBytes } from './archive.ts';

/** Milliseconds. */
export interface DownloadLimits {
  /** To connect, until the answer begins, and between two parts of it. */
  readonly silenceMs: number;
  /** For the whole answer, redirects included. */
  readonly answerMs: number;
}

const usualLimits: DownloadLimits = { silenceMs: 10_000, answerMs: 60_000 };
const maxRedirects = 5;

export interface BundleServer {
  readonly url: string;
  /** The token to present, read anew each time; null where there is none. Rejects where it can't be read. */
  readonly token: () => Promise<string | null>;
  /** Certificates in place of those that the system trusts, as PEM; null: the system's. */
  readonly ca: string | null;
}

export type Download =
  | { readonly kind: 'new'; readonly archive: Uint8Array; readonly etag: string | null }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string };

export interface Downloads extends Closable {
  /** Never rejects. @param etag of what is known already */
  get(etag: string | null, signal: AbortSignal): Promise<Download>;
}

export function createDownloads({ url, token, ca }: BundleServer, limits = usualLimits): Downloads {
  const { silenceMs, answerMs } = limits;
  const agent = new Agent({
    connect: { timeout: silenceMs, ...(ca === null ? {} : { ca }) },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });

  async function ask(etag: string | null, signal: AbortSignal): Promise<Download> {
    const credential = await token();
    const origin = new URL(url).origin;
    let at = new URL(url);
    for (let redirects = 0; ; redirects += 1) {
      const { statusCode, headers, body } = await request(at.href, {
        dispatcher: agent,
        signal,
        headers: {
          accept: 'application/vnd.openpolicyagent.bundles, application/gzip, */*',
          // https://www.openpolicyagent.org/docs/management-bundles#bundle-service-api: no deltas.
          prefer: 'modes=snapshot',
          ...(etag === null ? {} : { 'if-none-match': etag }),
          // Who is redirected elsewhere does not take the token along.
          ...(credential === null || at.origin !== origin ? {} : { authorization: `Bearer ${credential}` }),
        },
      });
      if (statusCode === 200) {
        const archive = await readBounded(body);
        return archive === null
          ? failed(
              `It is larger than ${inMebibytes(maxPackedBytes)}`,
              'Leave out of the bundle what is no policy.',
            )
          : { kind: 'new', archive, etag: single(headers.etag) };
      }
      await body.dump();
      const location = single(headers.location);
      if (statusCode === 304 && etag !== null) return { kind: 'unchanged' };
      if (![301, 302, 303, 307, 308].includes(statusCode) || location === null)
        return refusedWith(statusCode);
      if (redirects === maxRedirects)
        return failed('The server redirects in a circle', 'Set policy.bundle.url to where the bundle lies.');
      const next = URL.parse(location, at.href);
      if (next === null || !isAsSafe(at, next))
        return failed('The server redirects to where nothing is encrypted', 'Have it redirect to https.');
      at = next;
    }
  }

  return {
    async get(etag, signal) {
      const limit = AbortSignal.timeout(answerMs);
      try {
        return await ask(etag, AbortSignal.any([signal, limit]));
      } catch (error) {
        if (limit.aborted)
          return failed(
            `The server took longer than ${answerMs / 1000} s`,
            'See that it is reached over a network that is fast enough.',
          );
        return failed(
          `The server could not be asked: ${reasonOf(error)}`,
          'See that it runs, that this machine reaches it, and that policy.bundle names its URL, token and ca_file.',
        );
      }
    },
    close: () => agent.destroy(),
  };
}

/** Null where it is too large; what comes after that is not read. */
async function readBounded(body: AsyncIterable<Buffer>): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > maxPackedBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function isAsSafe(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

function refusedWith(status: number): Download {
  const message = `The server answers with status ${status}`;
  if (status === 401 || status === 403)
    return failed(message, 'See that policy.bundle.token (or token_file) is one that it takes.');
  if (status === 404) return failed(message, 'See that a bundle lies at policy.bundle.url.');
  return failed(message, 'It is asked again by itself; see what is wrong with it if this goes on.');
}

/** The innermost reason: undici wraps what the system says. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

function failed(message: string, remedy: string): Download {
  return { kind: 'failed', message, remedy };
}
