// Reads the audit log through its worker, which it starts, and starts again where it died.
import { Worker } from 'node:worker_threads';
import { logQuestions } from '../../shared/audit-search.ts';
import {
  type AuditKey,
  type AuditProof,
  auditProofCommands,
  type AuditVerification,
} from '../../shared/audit-proof.ts';
import { type Caller, CommandError, connect, forwardTo } from '../../shared/rpc.ts';
import type { AuditShipping, CallArchive, Logger } from '../ports.ts';
import type { Seal } from './export/export-news.ts';
import {
  archiveCommands,
  type ArchiveCommands,
  archiveEvents,
  type WorkerSettings,
} from './archive-contract.ts';
import type { ShippingSettings } from './shipping/shipping-contract.ts';
import { addUpShipping } from './shipping/shipping-totals.ts';

export interface CallArchiveOptions {
  /** Absolute path of the database; `openCallLog` has made it. */
  readonly path: string;
  /** Where the keys lie that sign the log. */
  readonly keyFolder: string;
  /** The worker's entry, `out/gateway/audit-worker.js`. */
  readonly worker: URL | string;
  /** Older records are deleted; 0: none. */
  readonly retentionDays: number;
  /** The oldest records are deleted where all take more bytes; null: any size. */
  readonly maxBytes: number | null;
  /** Where a copy of every record goes; null: nowhere. */
  readonly shipping: ShippingSettings | null;
  readonly logger: Logger;
  readonly onShipping: () => void;
  readonly onVerification: (verification: AuditVerification) => void;
  /** Somebody read a page of the database that is damaged; the text is for people. */
  readonly onDamage: (problem: string) => void;
}

/** The archive as its owner has it: it lets go of the file while another one takes its place. */
export interface FileArchive extends CallArchive {
  pause(): Promise<void>;
  resume(): void;
  /** Has the newest records signed; gives the last one's number, and who signed. */
  signAll(): Promise<{ readonly through: number; readonly key: AuditProof['key'] }>;
  /** Signs an export by its digest; null where no key is there. */
  seal(digest: string): Promise<Seal>;
  /** How shipping goes; null where nothing is shipped. */
  readonly shipping: AuditShipping | null;
  /** At its end it ships what waits, for so many milliseconds at most. Unless it is told so, it does not wait for that. */
  shipAtEnd(mostMs: number): void;
}

/** Pause before a dead worker is started again, milliseconds; doubles up to the longest one. */
const firstPauseMs = 100;
const longestPauseMs = 30_000;

/** A worker that lived this long did not die of what killed the one before, milliseconds. */
const settledMs = 60_000;

/** How long a worker may take to end before it is ended, milliseconds. */
const closeMs = 3000;

interface Life {
  readonly worker: Worker;
  readonly caller: Caller<ArchiveCommands>;
  readonly ended: Promise<void>;
}

/**
 * Queries reject with a CommandError: `audit_unreadable` (the file), `audit_worker` (the worker died; the next one
 * is being started), `closed`.
 */
export function openCallArchive(options: CallArchiveOptions): FileArchive {
  const { path, keyFolder, worker, retentionDays, maxBytes, shipping, logger } = options;
  const { onShipping, onVerification, onDamage } = options;
  let closed = false;
  let paused = false;
  let pauseMs = firstPauseMs;
  let restart: NodeJS.Timeout | undefined;
  let shipMs = 0;
  const shipped = shipping === null ? null : addUpShipping();
  /** The next worker needs it too. */
  let key: AuditKey | null = null;
  let life: Life | null = start();

  function start(): Life {
    const born = performance.now();
    const settings: WorkerSettings = { path, keyFolder, retentionDays, maxBytes, shipping };
    const thread = new Worker(worker, { name: 'audit', workerData: settings });
    const caller = connect(
      { post: (frame) => thread.postMessage(frame), onFrame: (listener) => thread.on('message', listener) },
      { commands: archiveCommands, events: archiveEvents },
      (event) => {
        if (event.name === 'verifying') onVerification(event.payload);
        else if (event.name === 'damaged') onDamage(event.payload);
        else if (event.name === 'shipping') {
          shipped?.told(event.payload);
          onShipping();
        } else logger[event.payload.level](event.payload.event, event.payload.fields);
      },
      (name, error) => logger.error('audit.worker_misspoke', { name, error: String(error) }),
    );
    let reason = 'it ended by itself';
    thread.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
    const ended = new Promise<void>((resolve) => {
      thread.once('exit', () => {
        resolve();
        life = null;
        shipped?.ended();
        if (closed || paused) {
          caller.end(new CommandError('closed', 'The audit log was closed'));
          return;
        }
        caller.end(new CommandError('audit_worker', `The reader of the audit log stopped: ${reason}`));
        logger.error('audit.worker_died', { reason });
        if (performance.now() - born > settledMs) pauseMs = firstPauseMs;
        restart = setTimeout(() => (life = start()), pauseMs);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      });
    });
    if (key !== null) void hand(caller, key);
    return { worker: thread, caller, ended };
  }

  async function hand(caller: Life['caller'], given: AuditKey): Promise<void> {
    try {
      const { problem } = await caller.commands.sign(given);
      if (problem !== null) logger.warn('audit.unsigned', { problem });
    } catch (error) {
      // The worker has died; the next one is given the key again.
      logger.warn('audit.unsigned', { problem: String(error) });
    }
  }

  async function end(finalMs = 0): Promise<void> {
    clearTimeout(restart);
    if (life === null) return;
    const { worker: thread, caller, ended } = life;
    const deadline = setTimeout(() => void thread.terminate(), finalMs + closeMs);
    // Rejects where the worker is dying already; then it ends all the same.
    void Promise.resolve(caller.commands.close(finalMs)).catch((error: unknown) => {
      logger.warn('audit.worker_close', { error: String(error) });
    });
    await ended;
    clearTimeout(deadline);
  }

  function commands() {
    if (closed) throw new CommandError('closed', 'The audit log was closed');
    if (life === null) {
      throw new CommandError('audit_worker', 'The reader of the audit log is being started again: try again');
    }
    return life.caller.commands;
  }

  return {
    recall: async (id) => commands().recall(id),
    recent: async (most) => commands().recent(most),
    questions: forwardTo(logQuestions, commands),
    story: async (id) => commands().story(id),
    before: async (query) => commands().before(query),
    lines: async (query) => commands().lines(query),
    signAll: async () => commands()['sign.all'](),
    seal: async (digest) => commands()['sign.export'](digest),
    proof: forwardTo(auditProofCommands, commands),
    get shipping() {
      return shipped?.total() ?? null;
    },
    shipAtEnd: (mostMs) => (shipMs = mostMs),
    sign(given) {
      key = given;
      if (life !== null) void hand(life.caller, given);
    },

    async pause() {
      paused = true;
      await end();
    },

    resume() {
      paused = false;
      if (!closed) life ??= start();
    },

    async close() {
      if (closed) return;
      closed = true;
      await end(shipMs);
    },
  };
}
