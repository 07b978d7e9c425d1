// The audit log over what happens to its disk: it recovers by itself, moves away from a damaged file, and tells how it is.
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Problem } from '../../shared/domain.ts';
import type { CallOutcome } from '../call.ts';
import type { CallWriter, Clock } from '../ports.ts';
import { AuditError, auditError } from './audit-error.ts';
import { type CallLogOptions, openCallLog, type SqliteCallLog } from './call-log.ts';
import type { CutEnd } from './cut-end.ts';
import { troubleWith } from './log-trouble.ts';
import { lockPatienceMs } from './open-database.ts';
import { finishSalvage, salvage, type Salvaged } from './salvage.ts';
import { firstDamaged } from './write-ahead-file.ts';

export interface LastingLogOptions extends CallLogOptions {
  readonly clock: Clock;
  /** `allow`: calls pass unrecorded while the log can't be written; how many is written once it can be. */
  readonly onFailure: 'deny' | 'allow';
  /** What `trouble` says has changed. */
  readonly onTrouble: () => void;
  /** Who else has the file open, and lets go of it while another one takes its place. */
  readonly readers: { pause(): Promise<void>; resume(): void };
}

export interface LastingCallLog extends CallWriter {
  /** What was missing at the end of the log when it was opened first; null where nothing was. */
  readonly cut: CutEnd | null;
  /** How many commits it has made. */
  readonly commits: number;
  /** To be told where a reader came upon damaged pages, which the writer may never see. */
  damaged(problem: string): void;
  /** What the user has to know; null while all is well. */
  readonly trouble: Problem | null;
}

/** The id of a call that has no record. */
const NO_RECORD = 0;
/** How often a log that can't be written is tried again, and one that can't be mended, milliseconds. */
const retryMs = 1000;
const mendAgainMs = 30_000;
/** How often it is looked whether the file is still in its place, milliseconds; two lookups cost microseconds. */
const lookMs = 250;
/** Outcomes that could not be written are kept, the oldest of them no longer than there is room. */
const mostOutcomes = 10_000;

interface Gap {
  readonly from: number;
  unrecorded: number;
  denied: number;
}

/**
 * A log that can't be opened now denies (or passes) calls until it can be.
 * @throws AuditError where the file is none of this program's, or of a newer version
 */
export function openLastingLog(options: LastingLogOptions): LastingCallLog {
  const { path, clock, logger, onFailure, readers } = options;
  let log: SqliteCallLog | null = null;
  let place = '';
  let cut: CutEnd | null = null;
  let lookedAt = 0;
  let fault: AuditError | null = null;
  let gap: Gap | null = null;
  let salvaged: Salvaged | null = null;
  let outcomes: { readonly id: number; readonly outcome: CallOutcome }[] = [];
  let busy = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let commitsBefore = 0;

  open();

  /** Opens the log that is in its place. What is wrong with it is in `fault` afterwards. */
  function open(): void {
    try {
      finishSalvage(path);
      if (place === '') refuseDamagedWal(path);
      log = openCallLog(options);
      place = placeOf(path);
      cut ??= log.cut;
    } catch (error) {
      const why = auditError(path, error);
      if (why.fault === 'refused' || (why.fault === 'no_database' && !isOurs(path))) throw why;
      failed(why);
    }
  }

  function release(): void {
    commitsBefore += log?.commits ?? 0;
    try {
      log?.close();
    } catch (error) {
      logger.warn('audit.close_failed', { error: String(error) });
    }
    log = null;
  }

  function failed(why: AuditError): void {
    const isNew = fault?.fault !== why.fault;
    fault = why;
    if (isNew) {
      logger.error('audit.failing', { fault: why.fault, error: why.message, calls: onFailure });
      // Each call would wait for the lock in vain.
      if (why.fault === 'locked') log?.setPatience(0);
      options.onTrouble();
    }
    again(isNew && isBroken(why) ? 0 : isBroken(why) ? mendAgainMs : retryMs);
  }

  function again(ms: number): void {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void recover();
    }, ms);
  }

  /** Once it can be written again, this has written what was missing. */
  async function recover(): Promise<void> {
    if (busy || closed || fault === null) return;
    busy = true;
    try {
      if (isBroken(fault)) await mend(fault);
      else if (log === null) open();
      if (log === null) return;
      await writeMissing(log);
      log.setPatience(lockPatienceMs);
      fault = null;
      gap = null;
      logger.info('audit.recovered', { path });
      options.onTrouble();
    } catch (error) {
      failed(auditError(path, error));
    } finally {
      busy = false;
      if (fault !== null) again(retryMs);
    }
  }

  async function writeMissing(to: SqliteCallLog): Promise<void> {
    if (gap !== null) {
      const { from, unrecorded, denied } = gap;
      const details = { from, to: clock.now(), unrecorded, denied, problem: fault?.message ?? '' };
      await to.note({ kind: 'log.gap', by: 'app', subject: '', details });
    }
    for (const { id, outcome } of outcomes) await to.complete(id, outcome);
    outcomes = [];
  }

  /** A log whose file is damaged goes on in a new one, with all that could be read of it. */
  async function mend(why: AuditError): Promise<void> {
    release();
    await readers.pause();
    try {
      salvaged = await salvage(path);
      open();
    } finally {
      readers.resume();
    }
    const { aside, calls } = salvaged;
    const details = { aside, calls, problem: why.message };
    logger.error('audit.salvaged', details);
    await log?.note({ kind: 'log.salvaged', by: 'app', subject: '', details });
  }

  /** Somebody has taken the file from under the log: all of it is written into a new one. */
  async function putBack(from: SqliteCallLog): Promise<void> {
    busy = true;
    try {
      const isForeign = existsSync(path) && !placeOf(path).startsWith(place.split(' ')[0] ?? '');
      const target = isForeign ? `${path}.rescued-${clock.now()}` : path;
      const draft = `${path}.copy`;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      await readers.pause();
      await from.copyTo(draft);
      release();
      renameSync(draft, target);
      logger.error('audit.put_back', { path: target });
      open();
    } catch (error) {
      failed(auditError(path, error));
    } finally {
      readers.resume();
      busy = false;
      again(0);
    }
  }

  /** The log, where it can be tried to write it. */
  function usable(): SqliteCallLog {
    if (closed) throw new AuditError(`Audit log ${path}: it is closed`);
    if (busy && (log === null || isGone())) throw fault ?? gone();
    if (log === null) throw fault ?? gone();
    const now = performance.now();
    if (now - lookedAt >= lookMs) {
      lookedAt = now;
      if (isGone()) {
        failed(gone());
        void putBack(log);
        throw gone();
      }
    }
    return log;
  }

  function isGone(): boolean {
    return placeOf(path) !== place;
  }

  function gone(): AuditError {
    const message = `Audit log ${path}: the file was moved or deleted while it was used; it is being put back`;
    return new AuditError(message, { fault: 'other' });
  }

  function missed(isUnrecorded: boolean): void {
    gap ??= { from: clock.now(), unrecorded: 0, denied: 0 };
    if (isUnrecorded) gap.unrecorded += 1;
    else gap.denied += 1;
  }

  /** What was just written shows that it can be. */
  function wrote(): void {
    if (fault !== null && !busy) void recover();
  }

  return {
    get cut() {
      return cut;
    },
    get commits() {
      return commitsBefore + (log?.commits ?? 0);
    },
    get trouble() {
      return troubleWith({ fault, onFailure, unrecorded: gap?.unrecorded ?? 0, salvaged });
    },

    damaged(problem) {
      if (!closed && !busy) failed(new AuditError(problem, { fault: 'damaged' }));
    },

    async record(call, verdict, refusal) {
      try {
        const id = await usable().record(call, verdict, refusal);
        wrote();
        return id;
      } catch (error) {
        const why = auditError(path, error);
        if (closed) throw why;
        failed(why);
        const passes = onFailure === 'allow' && refusal === null;
        missed(passes);
        if (passes) return NO_RECORD;
        throw why;
      }
    },

    refused(message) {
      try {
        return usable().refused(message);
      } catch (error) {
        const why = auditError(path, error);
        if (!closed) {
          failed(why);
          missed(false);
        }
        throw why;
      }
    },

    async complete(id, outcome) {
      if (id === NO_RECORD) return;
      try {
        await usable().complete(id, outcome);
      } catch (error) {
        if (closed) throw error;
        failed(auditError(path, error));
        // An answer may be large, and this may last.
        outcomes.push({ id, outcome: { ...outcome, answer: undefined } });
        if (outcomes.length > mostOutcomes) outcomes.shift();
      }
    },

    async note(event) {
      await usable().note(event);
    },

    close() {
      closed = true;
      clearTimeout(timer);
      log?.close();
    },
  };
}

/**
 * SQLite would go on before the damage, and write over what is behind it. A frame that another process is just writing is
 * whole when it is looked at again.
 */
function refuseDamagedWal(path: string): void {
  const damaged = firstDamaged(path);
  if (damaged === null || firstDamaged(path) !== damaged) return;
  throw new AuditError(`Audit log ${path}: its write-ahead file is damaged`, { fault: 'damaged' });
}

/** Nothing but another file helps. */
function isBroken({ fault }: AuditError): boolean {
  return fault === 'damaged' || fault === 'no_database';
}

/** Which files lie there: the database, and the write-ahead file beside it. */
function placeOf(path: string): string {
  const [database, wal] = [path, `${path}-wal`].map((file) => {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true });
    return found === undefined ? '-' : `${found.dev}/${found.ino}`;
  });
  return `${database ?? '-'} ${wal ?? '-'}`;
}

/** A mistyped path must not move another program's file away: ours has a write-ahead file, or the usual name. */
function isOurs(path: string): boolean {
  return path.endsWith('audit.db') || existsSync(`${path}-wal`);
}
