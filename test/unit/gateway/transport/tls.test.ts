// A proxy that listens with TLS: versions, and certificates of clients.
import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TlsListening } from '../../../../electron/gateway/transport/http-server.ts';
import { startProxy } from './proxy.ts';

const pem = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tls', `${name}.pem`), 'utf8');
const listening: TlsListening = {
  cert: pem('server-cert'),
  key: pem('server-key'),
  ca: null,
  minVersion: 'TLSv1.2',
  clientAuth: 'none',
};
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

/** The status of an initialize; rejects where the handshake fails. */
async function dial(tls: TlsListening, options: RequestOptions = {}): Promise<number | undefined> {
  const proxy = await startProxy({ tls });
  return new Promise((resolve, reject) => {
    const sent = request({
      port: proxy.port,
      host: '127.0.0.1',
      path: '/mcp',
      method: 'POST',
      agent: false,
      ca: pem('server-cert'),
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...options,
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.end(initialize);
  });
}

it('is spoken to by those who trust the certificate', async () => {
  await expect(dial(listening)).resolves.toBe(200);
});

it('is not by those who do not', async () => {
  await expect(dial(listening, { ca: pem('client-cert') })).rejects.toThrow(/certificate/u);
});

it('takes no older version than it is told', async () => {
  const strict = { ...listening, minVersion: 'TLSv1.3' } as const;
  await expect(dial(strict, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol.version/iu);
  await expect(dial(strict)).resolves.toBe(200);
});

it('refuses clients without a certificate where one is required', async () => {
  const required = { ...listening, clientAuth: 'require', ca: pem('client-cert') } as const;
  await expect(dial(required)).rejects.toThrow();
  await expect(dial(required, { cert: pem('server-cert'), key: pem('server-key') })).rejects.toThrow();
  await expect(dial(required, { cert: pem('client-cert'), key: pem('client-key') })).resolves.toBe(200);
});

it('lets clients in without one where it only asks', async () => {
  await expect(dial({ ...listening, clientAuth: 'request', ca: pem('client-cert') })).resolves.toBe(200);
});
