// What the OpenTelemetry exporters are made with, for one target.
import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { OtlpTarget } from './target.ts';

/** As every exporter over HTTP takes them. */
export type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPLogExporter>[0]>;

/** Keeps the connections to the target. */
export function createAgent({ url, ca, certificate }: OtlpTarget): Agent {
  const keepAlive = { keepAlive: true };
  if (!url.startsWith('https:')) return new Agent(keepAlive);
  return new TlsAgent({ ...keepAlive, ...(ca === null ? {} : { ca }), ...certificate });
}

/** For OTLPLogExporter and OTLPTraceExporter alike. */
export function exporterOptions(target: OtlpTarget, agent: Agent = createAgent(target)): ExporterOptions {
  const { url, token, tokenFile, headers, timeoutMs, compression, userAgent } = target;
  return {
    url,
    /** Rejects where the token can't be read: then the export has failed, and says so. */
    async headers(): Promise<Record<string, string>> {
      const credential = tokenFile === null ? token : (await readFile(tokenFile, 'utf8')).trim();
      return { ...headers, ...(credential === null ? {} : { Authorization: `Bearer ${credential}` }) };
    },
    timeoutMillis: timeoutMs,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK exports its enum from no package that is a dependency here
    compression: compression as NonNullable<ExporterOptions['compression']>,
    userAgent,
    httpAgentOptions: () => agent,
  };
}
