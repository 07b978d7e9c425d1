// `policy.bundle` of the configuration, with what its files hold; what can't work is found out before the start.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Config } from '../../../shared/config.ts';
import { ConfigError } from '../../errors.ts';
import type { BundleServer } from './download.ts';
import type { Polling } from './poll-delay.ts';
import type { BundleSigning } from './signature.ts';

export interface BundleSettings {
  readonly server: BundleServer;
  readonly shownUrl: string;
  /** Null: bundles need no signature. */
  readonly signing: BundleSigning | null;
  readonly polling: Polling;
  /** Whether the last good one is kept on disk. */
  readonly persist: boolean;
}

/**
 * Null where no bundle is configured.
 * @throws ConfigError names the key and the file that can't be read or used
 */
export function readBundleSettings(bundle: Config['policy']['bundle']): BundleSettings | null {
  const { url, token, token_file: tokenFile, ca_file: caFile, polling, persist } = bundle;
  if (url === null) return null;
  if (tokenFile !== null) read('token_file', tokenFile);
  return {
    server: {
      url,
      token: async () => (tokenFile === null ? token : (await readFile(tokenFile, 'utf8')).trim()),
      ca: caFile === null ? null : read('ca_file', caFile),
    },
    shownUrl: shownUrl(url),
    signing: signingOf(bundle.signing),
    polling: { minDelayMs: polling.min_delay, maxDelayMs: polling.max_delay },
    persist,
  };
}

/** A URL for people and logs: without its query, which may hold a credential. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function signingOf(signing: Config['policy']['bundle']['signing']): BundleSigning | null {
  const { key_file: keyFile, algorithm } = signing;
  const key = keyFile === null ? signing.key : read('signing.key_file', keyFile).trim();
  if (key === null) return null;
  const name = `policy.bundle.signing.${keyFile === null ? 'key' : 'key_file'}`;
  if (algorithm.startsWith('HS')) {
    if (key.includes('-----BEGIN'))
      throw new ConfigError(`${name}: expected a secret, because the algorithm is ${algorithm}; found a PEM`);
    return { ...signing, key };
  }
  const wanted = algorithm.startsWith('ES') ? 'ec' : 'rsa';
  const found = keyType(name, key);
  if (found !== wanted)
    throw new ConfigError(
      `${name}: expected a key of the kind ${wanted}, because the algorithm is ${algorithm}; found ${found}`,
    );
  return { ...signing, key };
}

function keyType(name: string, key: string): string {
  try {
    return createPublicKey(key).asymmetricKeyType ?? 'another one';
  } catch (error) {
    throw new ConfigError(`${name}: expected a public key as PEM, found something else`, { cause: error });
  }
}

function read(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`policy.bundle.${key}: ${path} can't be read: ${why}`, { cause: error });
  }
}
