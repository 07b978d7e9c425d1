// One collector: takes batches of log records to it, and tells what became of each.
import type { LogRecord } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { z } from 'zod';
import { createAgent, exporterOptions } from '../../otlp/exporter-options.ts';
import type { OtlpTarget } from '../../otlp/target.ts';
import { type CollectorAnswer, hearAnswers } from './answers.ts';

export type Sent =
  /** It has them, but for `rejected` of them, of which it says `message`. */
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message: string }
  /** It takes nothing now. `waitMs`: it wants to be left alone for so long; null where it says nothing of that. */
  | {
      readonly kind: 'away';
      readonly status: number | null;
      readonly why: string;
      readonly waitMs: number | null;
    }
  /** It will never take this batch as it is: it is too long, or something in it is not to its liking. */
  | { readonly kind: 'unfit'; readonly status: number; readonly why: string };

export interface Collector {
  /** Never rejects. To be called again once it has resolved. */
  send(records: readonly LogRecord[]): Promise<Sent>;
  /** Ends what is under way, which then may never resolve. */
  close(): void;
}

/** opentelemetry.io/docs/specs/otlp/#otlphttp-response: 400 is for data that is no good; 413 for too much of it (RFC 9110). */
const unfitStatuses: ReadonlySet<number> = new Set([400, 413]);

/** Of what a collector says, characters. */
const quotedLength = 200;

const scope = 'mcp-proxy-desktop/audit';

export function createCollector(target: OtlpTarget): Collector {
  const agent = createAgent(target);
  const answers = hearAnswers(agent);
  const exporter = new OTLPLogExporter(exporterOptions(target, agent));
  let batch: ReadableLogRecord[] = [];
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(target.resource),
    processors: [
      {
        onEmit: (record) => void batch.push(record),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const logger = provider.getLogger(scope, target.resource['service.version']);

  return {
    send(records) {
      batch = [];
      for (const record of records) logger.emit(record);
      return new Promise((resolve) => {
        exporter.export(batch, ({ error }) =>
          resolve(error === undefined ? accepted(answers.last()) : failed(error, answers.last())),
        );
      });
    },
    close() {
      answers.close();
      agent.destroy();
    },
  };
}

const count = z.union([z.int(), z.string().regex(/^\d+$/u).transform(Number)]);
const exportResponse = z.object({
  partialSuccess: z.object({
    rejectedLogRecords: count.default(0),
    errorMessage: z.string().default(''),
  }),
});

/** An answer that says nothing of a partial success is a whole one. */
function accepted(answer: CollectorAnswer | null): Sent {
  const { partialSuccess } = exportResponse.safeParse(parsedJson(answer?.text() ?? '')).data ?? {};
  return {
    kind: 'accepted',
    rejected: partialSuccess?.rejectedLogRecords ?? 0,
    message: quoted(partialSuccess?.errorMessage ?? ''),
  };
}

function failed(error: Error, answer: CollectorAnswer | null): Sent {
  if (answer === null) return { kind: 'away', status: null, why: reasonOf(error), waitMs: null };
  const { status } = answer;
  const why = wordsIn(answer.text());
  if (unfitStatuses.has(status)) return { kind: 'unfit', status, why };
  return { kind: 'away', status, why, waitMs: waitIn(answer.retryAfter) };
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function waitIn(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d+$/u.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Of a refusal: the `message` of a google.rpc.Status in JSON, or else its first words. */
function wordsIn(text: string): string {
  const said = z.object({ message: z.string() }).safeParse(parsedJson(text)).data?.message ?? text;
  return quoted(said);
}

function quoted(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= quotedLength ? line : `${line.slice(0, quotedLength)}…`;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The innermost reason: of several addresses that were tried, the first one's. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reasonOf(error.errors[0]);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
