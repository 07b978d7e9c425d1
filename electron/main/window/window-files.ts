// Serves the compiled window over a scheme of its own: these files, with these headers, and nothing else.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

/** A scheme of our own, because `file:` would let the window read every file of the user. */
export const windowScheme = 'app';
export const windowUrl = `${windowScheme}://window/index.html`;
export const promptUrl = `${windowScheme}://window/prompt.html`;

/** Scripts and styles come from the program alone, connections go nowhere: all traffic is IPC. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Whether an address is one of the window's own, so that its page may ask main for something. */
export function isWindowUrl(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${windowScheme}:` && url.host === 'window';
}

/** Answers one request from the folder of the compiled window. */
export async function respond(folder: string, request: { method: string; url: string }): Promise<Response> {
  if (request.method !== 'GET') return refusal(405);
  const path = isWindowUrl(request.url) ? localPath(folder, request.url) : null;
  const type = path === null ? undefined : contentTypes[extname(path)];
  if (path === null || type === undefined) return refusal(404);
  let body: Buffer<ArrayBuffer>;
  try {
    body = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return refusal(404);
    throw error;
  }
  return new Response(body, { headers: { ...headers, 'Content-Type': type } });
}

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Null for an address that leads out of the folder, however it is spelt. */
function localPath(folder: string, address: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const root = normalize(folder + sep);
  const full = normalize(join(root, path));
  return full.startsWith(root) ? full : null;
}

function refusal(status: number): Response {
  return new Response(null, { status, headers });
}
