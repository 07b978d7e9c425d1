// Supervises the gateway for main and headless: always there, even while the gateway's thread is not.
import { join } from 'node:path';
import type { AuditExport, ExportTask } from '../shared/audit-export.ts';
import type { AuditKey } from '../shared/audit-proof.ts';
import type { SettingNote } from '../shared/config-settings.ts';
import { gatewayCommands, type Events, type GatewayCommands, type Handlers } from '../shared/contract.ts';
import type { Grants } from '../shared/approvals.ts';
import type { GatewayStatus, Problem } from '../shared/domain.ts';
import { CommandError, forwardTo, type AnyEvent } from '../shared/rpc.ts';
import { readConfigOverview } from './composition/config-overview.ts';
import { missingLibrary } from './supervision/missing-library.ts';
import { nameOf } from './supervision/evaluation-mark.ts';
import { startGatewayThread, type GatewayThread } from './supervision/gateway-thread.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { hostEvents } from './supervision/host-contract.ts';
import type { Logger } from './ports.ts';
import { standInStatus, startProblem } from './supervision/stand-in-status.ts';
import { supervise, type Life, type RestartTiming } from './supervision/supervise.ts';
import { lockUserData, type UserDataLock } from './supervision/user-data-lock.ts';

/** All in milliseconds. */
export interface HostTiming extends RestartTiming {
  /** Silence after which a gateway is ended. */
  readonly stallMs: number;
  /** How long a start may take; policies are compiled in it. */
  readonly startMs: number;
  /** How long an end may take beside what running calls are given. */
  readonly closeMs: number;
  /** What running calls are given at most where the gateway is ended for another one. */
  readonly restartGraceMs: number;
}

const usualTiming: HostTiming = {
  stallMs: 10_000,
  startMs: 60_000,
  closeMs: 10_000,
  restartGraceMs: 3_000,
  backoffMs: [250, 1000, 2000, 5000, 10_000, 30_000],
  steadyMs: 60_000,
};

export interface HostSetup {
  readonly gateway: GatewayOptions;
  readonly logger: Logger;
  /** Where the worker lies, if not in `out`. */
  readonly workerEntry?: string;
  readonly timing?: Partial<HostTiming>;
}

export type StartOutcome =
  { readonly ok: true; readonly url: string } | { readonly ok: false; readonly problem: Problem };

type Event = AnyEvent<Events>;

export interface GatewayHost {
  /** How the first start went. Never rejects. */
  readonly started: Promise<StartOutcome>;
  /**
   * While nothing serves, the status says so, nothing waits for approval, the configuration is that of the next start,
   * and all else fails with `gateway_unavailable`.
   */
  readonly commands: Handlers<GatewayCommands>;
  /** The last snapshot that was known. */
  status(): GatewayStatus;
  /** Calls the listener at each event, until the returned function is called. */
  onEvent(listener: (event: Event) => void): () => void;
  /** Says whether a window or tray is there in which approvals can be answered. */
  setAttended(attended: boolean): void;
  /** Says what signs the audit log, to the gateway that runs and to those after it. */
  setAuditKey(key: AuditKey): void;
  /** Begins an export to this file. Fails with `gateway_unavailable` while nothing serves. */
  startExport(task: ExportTask): Promise<AuditExport>;
  /** Something was set in the window: told to the gateway that runs, or else to the next one. */
  settingChanged(note: SettingNote): Promise<void>;
  /**
   * Starts a gateway that waits for its next start without waiting. One that serves is ended in good order, with
   * little time for running calls, and another one is started. False where neither can be.
   */
  restart(): boolean;
  /**
   * Ends the gateway gracefully: running calls have as long as the configuration says, and `mostMs` milliseconds at
   * most. Where that takes `closeMs` longer, it is ended anyway.
   */
  close(mostMs?: number): Promise<void>;
}

/** Starts at once. When it ends without being asked to, supervise.ts says what comes next. */
export function startGatewayHost(setup: HostSetup): GatewayHost {
  const { gateway, logger } = setup;
  const timing = { ...usualTiming, ...setup.timing };
  const entry = setup.workerEntry ?? join(gateway.out, 'gateway', 'worker.js');
  const listeners = new Set<(event: Event) => void>();
  const closing = new AbortController();
  const first = Promise.withResolvers<StartOutcome>();

  let lock: UserDataLock | null = null;
  let thread: GatewayThread | null = null;
  let serving = false;
  let graceMs = 0;
  /** What the last gateway was ended for, until one has started that knows it. */
  let runaway: NonNullable<GatewayOptions['runaway']> | null = null;
  let known: GatewayStatus | null = null;
  let status = standInStatus(gateway.version, 'starting', known, null);
  let attended = false;
  let auditKey: AuditKey | null = null;
  /** Somebody waits for another gateway. */
  let replacing = false;
  /** What was set while no gateway could be told. */
  const untold: SettingNote[] = [];

  function tell(event: Event): void {
    if (event.name === 'status.changed') status = event.payload;
    for (const listener of listeners) listener(event);
  }

  function hear(event: AnyEvent<typeof hostEvents>): void {
    if (event.name === 'gateway.alive') return;
    if (event.name === 'status.changed') known = event.payload;
    tell(event);
  }

  function standIn(state: 'starting' | 'stopped', problem: Problem | null): void {
    tell({ name: 'status.changed', payload: standInStatus(gateway.version, state, known, problem) });
  }

  /** Starts the gateway and brings it to where the last one was. Rejects where it can't serve. */
  async function begin({ commands }: GatewayThread): Promise<string> {
    const started = await within(timing.startMs, commands['gateway.start']({ ...gateway, runaway }));
    ({ graceMs } = started);
    serving = true;
    runaway = null;
    await commands['gateway.attend'](attended);
    if (auditKey !== null) await commands['gateway.audit-key'](auditKey);
    for (const note of untold.splice(0)) await commands['gateway.setting'](note);
    known = await commands['status.read']();
    tell({ name: 'status.changed', payload: known });
    return started.url;
  }

  async function live(): Promise<Life> {
    try {
      lock ??= takeFolder(gateway.userData);
      const current = startGatewayThread({
        entry,
        env: gateway.env,
        stallMs: timing.stallMs,
        logger,
        onEvent: hear,
      });
      thread = current;
      try {
        const url = await begin(current);
        const since = performance.now();
        first.resolve({ ok: true, url });
        const why = await current.gone;
        const wasAsked = replacing;
        replacing = false;
        if (wasAsked) return { problem: null, servedMs: performance.now() - since };
        const overrun = current.overrun();
        if (overrun !== null) runaway = { ...overrun, what: `on ${nameOf(overrun.call)} no decision came` };
        const problem = startProblem('restarting', `The gateway stopped: ${why}.`);
        return { problem, servedMs: performance.now() - since };
      } finally {
        serving = false;
        thread = null;
        await current.end();
      }
    } catch (error) {
      const problem =
        error instanceof CommandError
          ? startProblem(error.code, error.message)
          : startProblem('internal', error instanceof Error ? error.message : String(error));
      return { problem, servedMs: null };
    }
  }

  const supervision = supervise(live, timing, closing.signal, (problem, next) => {
    // A first start that failed is told by whoever awaits `started`.
    if (problem !== null && next === 'restarts')
      logger.error('gateway.stopped', { code: problem.code, message: problem.message });
    tell({ name: 'approvals.changed', payload: [] });
    tell({ name: 'grants.changed', payload: noGrants() });
    standIn(next === 'restarts' ? 'starting' : 'stopped', problem);
    if (problem !== null) first.resolve({ ok: false, problem });
  });

  function restart(): boolean {
    if (serving && !replacing && thread !== null && !closing.signal.aborted) {
      replacing = true;
      end(thread, timing.restartGraceMs).catch(reportLate(logger));
      return true;
    }
    const retried = supervision.retry();
    if (retried) standIn('starting', null);
    return retried;
  }

  const linked = forwardTo(gatewayCommands, () => served());

  async function end(current: GatewayThread, mostMs: number | null): Promise<void> {
    const longestMs = Math.min(graceMs, mostMs ?? Infinity) + timing.closeMs;
    await within(longestMs, current.commands['gateway.close'](mostMs)).catch(reportLate(logger));
    await current.end();
  }

  function served(): GatewayThread['commands'] {
    if (serving && thread !== null) return thread.commands;
    throw new CommandError(
      'gateway_unavailable',
      status.problems[0]?.message ?? 'The gateway is not running yet.',
    );
  }

  return {
    started: first.promise,
    commands: {
      ...linked,
      'status.read': () => (serving ? linked['status.read']() : status),
      'config.read': () => (serving ? linked['config.read']() : readConfigOverview(gateway)),
      'approvals.list': () => (serving ? linked['approvals.list']() : []),
      'grants.list': () => (serving ? linked['grants.list']() : noGrants()),
    },
    status: () => status,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setAttended(now) {
      attended = now;
      // One that has not started yet takes no notice, and is told once it has.
      Promise.resolve(thread?.commands['gateway.attend'](now)).catch(reportLate(logger));
    },
    setAuditKey(key) {
      auditKey = key;
      if (serving) Promise.resolve(thread?.commands['gateway.audit-key'](key)).catch(reportLate(logger));
    },
    startExport: async (task) => served()['gateway.export'](task),
    async settingChanged(note) {
      if (serving && thread !== null) {
        await thread.commands['gateway.setting'](note);
      } else {
        untold.push(note);
        // It may be what kept the gateway from serving.
        restart();
      }
    },
    restart,
    async close(mostMs) {
      closing.abort();
      const current = thread;
      if (current !== null) await end(current, mostMs ?? null);
      await supervision.over;
      first.resolve({ ok: false, problem: startProblem('closed', 'It was stopped before it served.') });
      standIn('stopped', null);
      lock?.close();
    },
  };
}

function takeFolder(folder: string): UserDataLock {
  let lock: UserDataLock | null;
  try {
    lock = lockUserData(folder);
  } catch (error) {
    const missing = missingLibrary(error);
    if (missing !== null) throw new CommandError('library', missing);
    throw new CommandError('user_data', `The folder ${folder} can't be used: ${String(error)}`);
  }
  if (lock === null) throw new CommandError('in_use', `Another MCP Proxy Desktop uses the folder ${folder}.`);
  return lock;
}

/** While nothing serves, nothing is granted. */
function noGrants(): Grants {
  return { now: Date.now(), temporary: [], standing: [] };
}

/** Rejects where the work takes longer. */
async function within<T>(ms: number, work: T | Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new CommandError('late', `It took longer than ${ms / 1000} s.`)),
    ms,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** For an end of the gateway that came first: nothing is left to be done then. */
function reportLate(logger: Logger): (error: unknown) => void {
  return (error) => logger.warn('gateway.unanswered', { error: String(error) });
}
