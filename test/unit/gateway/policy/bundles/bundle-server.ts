// A bundle server as a static file server is one: real HTTP, ETags, and whatever a test wants it to answer.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderOf, opa, temporaryFolder } from '../places.ts';

export interface BundleServer {
  readonly url: string;
  /** What was asked so far, and how it was answered. */
  readonly asked: { readonly headers: IncomingMessage['headers']; status: number }[];
  /** Served from now on, with an ETag of its bytes. */
  serve(archive: Uint8Array, options?: { readonly etag?: boolean }): void;
  /** Answers instead of serving; null: serves again. */
  answer(instead: ((request: IncomingMessage, response: ServerResponse) => void) | null): void;
}

export async function bundleServer(): Promise<BundleServer> {
  let archive: Uint8Array | null = null;
  let withEtag = true;
  let instead: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  const asked: BundleServer['asked'] = [];
  const server = createServer((request, response) => {
    const entry = { headers: request.headers, status: 0 };
    asked.push(entry);
    response.on('finish', () => (entry.status = response.statusCode));
    if (instead !== null) instead(request, response);
    else if (archive === null) response.writeHead(404).end();
    else {
      const etag = `"${createHash('sha256').update(archive).digest('hex').slice(0, 16)}"`;
      if (withEtag && request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, withEtag ? { etag } : {}).end(archive);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp.tar.gz`,
    asked,
    serve(next, { etag = true } = {}) {
      archive = next;
      withEtag = etag;
      instead = null;
    },
    answer: (next) => (instead = next),
  };
}

/** What `opa build --bundle` makes of these files. */
export function built(files: Readonly<Record<string, string>>, ...options: readonly string[]): Buffer {
  const output = join(temporaryFolder(), 'bundle.tar.gz');
  execFileSync(opa, ['build', '--bundle', '.', '--output', output, ...options], { cwd: folderOf(files) });
  return readFileSync(output);
}

/** What `tar` makes of these files, with the signature of `opa sign` among them where there are options for it. */
export function packed(
  files: Readonly<Record<string, string>>,
  signing: readonly string[] | null = null,
): Buffer {
  const folder = folderOf(files);
  if (signing !== null) execFileSync(opa, ['sign', '--bundle', '.', ...signing], { cwd: folder });
  const output = join(temporaryFolder(), 'bundle.tar.gz');
  execFileSync('tar', ['-czf', output, '-C', folder, '.']);
  return readFileSync(output);
}

export const manifest = (revision: string, roots: readonly string[] = ['']): string =>
  JSON.stringify({ revision, roots });

export const allowing = (tool: string): string =>
  `package mcp.policy\n\ndecision := {"allow": input.tool == "${tool}"}\n`;
