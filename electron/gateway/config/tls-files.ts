// Reads certificate and key for a proxy that listens with TLS, and finds out before it starts whether they fit.
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../../shared/config.ts';
import { ConfigError } from '../errors.ts';

/** What a TLS listener is made of; files as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of clients; null: whoever the system trusts. */
  readonly ca: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Whether clients are asked for a certificate, and refused without a good one. */
  readonly clientAuth: Config['tls']['client_auth'];
}

/**
 * Null where TLS is not enabled.
 * @throws ConfigError names the file that is missing, can't be read, or does not fit.
 */
export function loadTlsFiles(tls: Config['tls']): TlsFiles | null {
  if (!tls.enabled) return null;
  const cert = read('tls.cert_file', tls.cert_file);
  const key = read('tls.key_file', tls.key_file);
  const ca = tls.ca_file === null ? null : read('tls.ca_file', tls.ca_file);
  const minVersion = `TLSv${tls.min_version}` as const;
  if (tls.client_auth === 'require' && ca === null) {
    throw new ConfigError('tls.ca_file: expected a file, because tls.client_auth is require; found nothing');
  }
  try {
    createSecureContext({ cert, key, ...(ca === null ? {} : { ca }), minVersion });
  } catch (error) {
    throw new ConfigError(
      `tls: ${tls.cert_file} and ${tls.key_file} can't be used together: ${wordsOf(error)}`,
      { cause: error },
    );
  }
  return { cert, key, ca, minVersion, clientAuth: tls.client_auth };
}

function read(key: string, path: string | null): string {
  if (path === null)
    throw new ConfigError(`${key}: expected a file, because tls.enabled is true; found nothing`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${key}: ${path} can't be read: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
