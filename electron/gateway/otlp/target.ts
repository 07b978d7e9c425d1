// A collector that telemetry is sent to, with what its files hold; what can't work is found out before the start.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import type { OtlpTargetConfig } from '../../shared/config-otlp.ts';
import { ConfigError } from '../errors.ts';

/** Plain data, so that it can be handed to a thread. */
export const otlpTarget = z.object({
  /** Where the requests for one kind of telemetry go. Holds no credential. */
  url: z.string(),
  token: z.string().nullable(),
  /** Read anew for each request. */
  tokenFile: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  /** As PEM; null: whatever the system trusts. */
  ca: z.string().nullable(),
  /** What is shown to a collector that asks for a certificate, as PEM; null: nothing. */
  certificate: z.object({ cert: z.string(), key: z.string() }).nullable(),
  timeoutMs: z.number(),
  compression: z.enum(['gzip', 'none']),
  /** Attributes of the resource that everything sent belongs to. */
  resource: z.record(z.string(), z.string()),
  userAgent: z.string(),
});
export type OtlpTarget = z.infer<typeof otlpTarget>;

export type OtlpSignal = 'logs' | 'traces';

export interface OtlpTargetOptions {
  /** Of the section with the settings, for error messages: `audit.otlp`. */
  readonly key: string;
  readonly signal: OtlpSignal;
  /** The program's version. */
  readonly version: string;
}

/**
 * Null where no endpoint is configured.
 * @throws ConfigError names the key and the file that can't be read or used
 */
export function readOtlpTarget(
  config: OtlpTargetConfig,
  { key, signal, version }: OtlpTargetOptions,
): OtlpTarget | null {
  const {
    endpoint,
    token,
    token_file: tokenFile,
    ca_file: caFile,
    cert_file: cert,
    key_file: ownKey,
  } = config;
  if (endpoint === null) return null;
  const read = (name: string, path: string) => readText(`${key}.${name}`, path);
  if (tokenFile !== null) read('token_file', tokenFile);
  const ca = caFile === null ? null : read('ca_file', caFile);
  const certificate =
    cert === null || ownKey === null
      ? null
      : { cert: read('cert_file', cert), key: read('key_file', ownKey) };
  refuseUnusable(key, ca, certificate);
  return {
    url: urlOf(endpoint, signal),
    token,
    tokenFile,
    headers: config.headers,
    ca,
    certificate,
    timeoutMs: config.timeout,
    compression: config.compression,
    resource: resourceOf(config.resource, version),
    userAgent: `mcp-proxy-desktop/${version}`,
  };
}

/**
 * As OTEL_EXPORTER_OTLP_ENDPOINT is read (opentelemetry.io/docs/specs/otel/protocol/exporter, "Endpoint URLs for OTLP/HTTP"),
 * and a URL that has the path already stays as it is.
 */
function urlOf(endpoint: string, signal: OtlpSignal): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/u, '');
  url.pathname = path.endsWith(`/v1/${signal}`) ? path : `${path}/v1/${signal}`;
  return url.href;
}

function resourceOf(configured: Readonly<Record<string, string>>, version: string): Record<string, string> {
  const all = {
    'service.name': 'mcp-proxy-desktop',
    'service.version': version,
    'host.name': hostname(),
    ...configured,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function refuseUnusable(key: string, ca: string | null, certificate: OtlpTarget['certificate']): void {
  try {
    if (ca !== null) new X509Certificate(ca);
  } catch (error) {
    throw new ConfigError(`${key}.ca_file: expected a certificate as PEM, found something else`, {
      cause: error,
    });
  }
  try {
    if (certificate !== null) createSecureContext(certificate);
  } catch (error) {
    throw new ConfigError(`${key}: cert_file and key_file can't be used together: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${key}: ${path} can't be read: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
