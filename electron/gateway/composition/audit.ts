// The audit log and its archive, or what stands in for them where the configuration wants no audit.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AuditExport } from '../../shared/audit-export.ts';
import type { AuditVerification } from '../../shared/audit-proof.ts';
import type { Config } from '../../shared/config.ts';
import type { Problem } from '../../shared/domain.ts';
import { type FileArchive, openCallArchive } from '../audit/call-archive.ts';
import { countReads } from '../audit/counted-reads.ts';
import { createExports, type Exports } from '../audit/export/exports.ts';
import { openLastingLog } from '../audit/lasting-log.ts';
import { boundRefusals } from '../audit/refusal-bound.ts';
import { createEmptyCallArchive, createNoExports, createSilentCallLog } from '../audit/silent-audit.ts';
import type { ShippingSettings } from '../audit/shipping/shipping-contract.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { readOtlpTarget } from '../otlp/target.ts';
import type { AuditShipping, CallArchive } from '../ports.ts';
import { auditCut, shippingProblems, unencryptedCollector } from '../runtime/problems.ts';
import { reportWrites, type ReportedLog } from '../runtime/reported-log.ts';
import { policySurroundings } from './policy.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface Audit {
  readonly log: ReportedLog;
  readonly archive: CallArchive;
  readonly exports: Exports;
  /** So many calls were read over the network. */
  readonly noteRead: (calls: number) => void;
  /** How many commits the log has made. */
  readonly commits: () => number;
  /** How a copy of it gets to a collector; null where none does. */
  readonly shipping: () => AuditShipping | null;
  /** At the end what waits is shipped, for so many milliseconds at most. */
  readonly shipAtEnd: (mostMs: number) => void;
  /** What was found wrong with the log when it was opened, and with its shipping. */
  readonly problems: () => readonly (Problem | null)[];
}

/** How long a slow collector may hold up the program's end, milliseconds: what it lacks it gets after the next start. */
const longestEndMs = 5000;

export interface AuditListeners {
  readonly onVerification: (verification: AuditVerification) => void;
  readonly onExport: (change: AuditExport) => void;
}

export function composeAudit(
  { config, options, clock, logger, redactor, keep }: GatewaySurroundings,
  onWrite: () => void,
  { onVerification, onExport }: AuditListeners,
): Audit {
  const { audit } = config;
  if (!audit.enabled) {
    return {
      archive: keep(createEmptyCallArchive()),
      exports: createNoExports(),
      noteRead: () => undefined,
      log: keep(reportWrites(createSilentCallLog(), logger, onWrite)),
      commits: () => 0,
      shipping: () => null,
      shipAtEnd: () => undefined,
      problems: () => [],
    };
  }
  const path = auditPath(config, options);
  const shipping = readShipping(config, options);
  const exposure =
    shipping === null
      ? null
      : unencryptedCollector('audit_unencrypted', 'The audit log is shipped', shipping.target.url);
  if (exposure !== null) logger.warn(exposure.code, { message: exposure.message, remedy: exposure.remedy });
  const worker = pathToFileURL(join(options.out, 'gateway', 'audit-worker.js'));
  const archiveOptions = {
    path,
    keyFolder: options.userData,
    worker,
    retentionDays: audit.retention_days,
    maxBytes: audit.max_size,
    shipping,
    logger,
    onShipping: onWrite,
    onVerification,
    onDamage: (problem: string) => log.damaged(problem),
  };
  let archive: FileArchive | null = null;
  let exports: Exports | null = null;
  const log = openLastingLog({
    path,
    synchronous: audit.synchronous,
    captureArguments: audit.capture.request_arguments,
    captureAnswers: audit.capture.response_summary,
    surroundings: policySurroundings(config),
    redactor,
    logger,
    clock,
    onFailure: audit.on_failure,
    onTrouble: onWrite,
    readers: {
      async pause() {
        await Promise.all([archive?.pause(), exports?.pause()]);
      },
      resume: () => archive?.resume(),
    },
  });
  const reader = keep(openCallArchive(archiveOptions));
  const bounded = boundRefusals(log, clock, (error) =>
    logger.error('audit_refusals_uncounted', { error: String(error) }),
  );
  const reported = keep(reportWrites(bounded, logger, onWrite));
  const reads = keep(countReads(reported, clock));
  archive = reader;
  exports = keep(
    createExports({
      log: path,
      worker: pathToFileURL(join(options.out, 'gateway', 'export-worker.js')),
      signAll: () => reader.signAll(),
      seal: (digest) => reader.seal(digest),
      onChange: onExport,
      onDone: ({ format: subject, written: records, file }) =>
        reported.note({ kind: 'log.exported', by: 'person', subject, details: { records, file } }),
      logger,
    }),
  );
  return {
    archive,
    exports,
    noteRead: (calls) => reads.add(calls),
    log: reported,
    commits: () => log.commits,
    shipping: () => reader.shipping,
    shipAtEnd: (mostMs) => reader.shipAtEnd(Math.min(mostMs, longestEndMs)),
    problems: () => [
      log.cut === null ? null : auditCut(log.cut),
      exposure,
      ...shippingProblems(reader.shipping),
    ],
  };
}

function readShipping({ audit: { otlp } }: Config, { version }: GatewayOptions): ShippingSettings | null {
  const target = readOtlpTarget(otlp, { key: 'audit.otlp', signal: 'logs', version });
  if (target === null) return null;
  const { batch_size: batchSize, interval: intervalMs, from, max_backlog: most } = otlp;
  return { target, batchSize, intervalMs, from, maxBacklog: most === 0 ? null : most };
}

/** The database's absolute path. */
export function auditPath({ audit }: Config, { userData }: GatewayOptions): string {
  return audit.db_path ?? join(userData, 'audit.db');
}
