// What the OpenTelemetry exporters are made with, for one target.
import type { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { readFile } from 'node:fs/promises';
import type { OtlpTarget } from './target.ts';

/** As every exporter over HTTP takes them. */
export type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPLogExporter>[0]>;

/** For OTLPLogExporter and OTLPTraceExporter alike. */
export function exporterOptions({
  url,
  token,
  tokenFile,
  headers,
  ca,
  certificate,
  timeoutMs,
  compression,
  userAgent,
}: OtlpTarget): ExporterOptions {
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
    httpAgentOptions: { keepAlive: true, ...(ca === null ? {} : { ca }), ...certificate },
  };
}
