// Asking a bundle server: over TLS with certificates of one's own, and one that is too slow.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createDownloads,
  type BundleServer,
  type DownloadLimits,
} from '../../../../../electron/gateway/policy/bundles/download.ts';
import { temporaryFolder } from '../places.ts';
import { bundleServer } from './bundle-server.ts';

const archive = Buffer.from('what is served');

function download(server: Partial<BundleServer> & Pick<BundleServer, 'url'>, limits?: DownloadLimits) {
  const downloads = createDownloads({ token: () => Promise.resolve(null), ca: null, ...server }, limits);
  onTestFinished(() => downloads.close());
  return downloads.get(null, new AbortController().signal);
}

/** A certificate for 127.0.0.1 that signs itself, and its key; both as PEM. */
function certificate() {
  const folder = temporaryFolder();
  const subject = ['-subj', '/CN=policies', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const out = ['-keyout', 'key.pem', '-out', 'cert.pem'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...out], {
    cwd: folder,
    stdio: 'ignore',
  });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { cert: read('cert.pem'), key: read('key.pem') };
}

async function encryptedServer(pair: { readonly cert: string; readonly key: string }): Promise<string> {
  const server = createServer(pair, (_request, response) => response.end(archive));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp.tar.gz`;
}

describe('a bundle server with a certificate of its own', () => {
  it('is believed with it as ca_file, and neither without nor with that of another', async () => {
    const ours = certificate();
    const url = await encryptedServer(ours);
    expect(await download({ url, ca: ours.cert })).toEqual({ kind: 'new', archive, etag: null });
    for (const ca of [null, certificate().cert])
      expect(await download({ url, ca })).toEqual({
        kind: 'failed',
        message: expect.stringMatching(/could not be asked: .*self.signed certificate/u) as string,
        remedy: expect.stringContaining('ca_file') as string,
      });
  });
});

describe('a bundle server that is too slow', () => {
  /** A byte now and then, for as long as somebody listens. */
  function drip(response: ServerResponse, everyMs: number): void {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), everyMs);
    response.on('close', () => clearInterval(timer));
  }

  it('is given up although a byte comes now and then', async () => {
    const server = await bundleServer();
    const closed = new Promise<void>((resolve) => {
      server.answer((_request, response) => {
        drip(response, 20);
        response.on('close', resolve);
      });
    });
    const begun = performance.now();
    expect(await download(server, { silenceMs: 1000, answerMs: 300 })).toEqual({
      kind: 'failed',
      message: 'The server took longer than 0.3 s',
      remedy: expect.stringContaining('fast enough') as string,
    });
    expect(performance.now() - begun).toBeGreaterThan(250);
    // Nothing goes on dripping behind it.
    await closed;
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['does not begin to answer', () => undefined],
    ['falls silent half way', (response) => void response.writeHead(200).write('half')],
  ])('is given up when it %s', async (_what, answerWith) => {
    const server = await bundleServer();
    server.answer((_request, response) => answerWith(response));
    expect(await download(server, { silenceMs: 300, answerMs: 60_000 })).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/could not be asked: .*Timeout/u) as string,
    });
  });

  it('is given up by whoever asked', async () => {
    const server = await bundleServer();
    server.answer((_request, response) => drip(response, 20));
    const downloads = createDownloads({ url: server.url, token: () => Promise.resolve(null), ca: null });
    onTestFinished(() => downloads.close());
    expect(await downloads.get(null, AbortSignal.timeout(100))).toMatchObject({ kind: 'failed' });
  });
});
