// The audit log and its archive, or what stands in for them where the configuration wants no audit.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AuditVerification } from '../../shared/audit-proof.ts';
import type { Config } from '../../shared/config.ts';
import type { Problem } from '../../shared/domain.ts';
import { type FileArchive, openCallArchive } from '../audit/call-archive.ts';
import { openLastingLog } from '../audit/lasting-log.ts';
import { boundRefusals } from '../audit/refusal-bound.ts';
import { createEmptyCallArchive, createSilentCallLog } from '../audit/silent-audit.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { CallArchive } from '../ports.ts';
import { auditCut } from '../runtime/problems.ts';
import { reportWrites, type ReportedLog } from '../runtime/reported-log.ts';
import { policySurroundings } from './policy.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface Audit {
  readonly log: ReportedLog;
  readonly archive: CallArchive;
  /** How many commits the log has made. */
  readonly commits: () => number;
  /** What was found wrong with the log when it was opened. */
  readonly problem: Problem | null;
}

export function composeAudit(
  { config, options, clock, logger, redactor, keep }: GatewaySurroundings,
  onWrite: () => void,
  onVerification: (verification: AuditVerification) => void,
): Audit {
  const { audit } = config;
  if (!audit.enabled) {
    return {
      archive: keep(createEmptyCallArchive()),
      log: keep(reportWrites(createSilentCallLog(), logger, onWrite)),
      commits: () => 0,
      problem: null,
    };
  }
  const path = auditPath(config, options);
  const worker = pathToFileURL(join(options.out, 'gateway', 'audit-worker.js'));
  const archiveOptions = {
    path,
    keyFolder: options.userData,
    worker,
    retentionDays: audit.retention_days,
    maxBytes: audit.max_size,
    logger,
    onVerification,
    onDamage: (problem: string) => log.damaged(problem),
  };
  let archive: FileArchive | null = null;
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
    readers: { pause: async () => archive?.pause(), resume: () => archive?.resume() },
  });
  archive = keep(openCallArchive(archiveOptions));
  const bounded = boundRefusals(log, clock, (error) =>
    logger.error('audit_refusals_uncounted', { error: String(error) }),
  );
  return {
    archive,
    log: keep(reportWrites(bounded, logger, onWrite)),
    commits: () => log.commits,
    problem: log.cut === null ? null : auditCut(log.cut),
  };
}

/** The database's absolute path. */
export function auditPath({ audit }: Config, { userData }: GatewayOptions): string {
  return audit.db_path ?? join(userData, 'audit.db');
}
