// Replays, one at a time: what a policy that is not in force would have decided on the calls that were recorded.
import type { PolicyChange } from '../../shared/policy-editing.ts';
import type { PolicyReplay, ReplayChange, ReplayChanges } from '../../shared/policy-trial.ts';
import { diagnosticsOf, type Candidate } from '../policy/candidate.ts';
import type { Closable, Logger } from '../ports.ts';
import type { ReplayNews, ReplayTask } from './replay-news.ts';
import { startThrowaway, type Throwaway } from './throwaway.ts';

export interface ReplayOptions {
  /** Absolute path of the audit database; null where no log is kept. */
  readonly database: string | null;
  /** The compiled replay-worker.ts. */
  readonly worker: URL | string;
  readonly load: (changes: readonly PolicyChange[]) => Promise<Candidate>;
  /** Told of each step with the whole. */
  readonly onChange: (replay: PolicyReplay) => void;
  readonly logger: Logger;
  /** Time after which a call that is still not decided ends the replay, milliseconds. */
  readonly silenceMs: number;
}

export interface Replays extends Closable {
  start(query: { readonly files: readonly PolicyChange[]; readonly count: number }): PolicyReplay;
  /** Null where there was none yet. */
  last(): PolicyReplay | null;
  /** False where that one is over. */
  cancel(id: number): boolean;
  changes(query: {
    readonly id: number;
    readonly before?: number | undefined;
    readonly limit: number;
  }): ReplayChanges;
}

/** Changes that can be looked at; beyond that they are counted alone. */
const keptChanges = 10_000;

interface Run {
  replay: PolicyReplay;
  readonly begun: number;
  readonly found: ReplayChange[];
  thread: Throwaway | null;
}

export function createReplays(options: ReplayOptions): Replays {
  const { database, worker, load, onChange, logger, silenceMs } = options;
  let run: Run | null = null;
  let lastId = 0;

  function update(current: Run, change: Partial<PolicyReplay>): void {
    current.replay = { ...current.replay, ...change, elapsedMs: performance.now() - current.begun };
    if (current === run) onChange(current.replay);
  }

  /** True where it was not over yet. */
  function stop(current: Run | null): boolean {
    if (current === null || isOver(current)) return false;
    update(current, { state: 'cancelled' });
    current.thread?.end();
    return true;
  }

  async function go(
    current: Run,
    path: string,
    files: readonly PolicyChange[],
    count: number,
  ): Promise<void> {
    const candidate = await load(files);
    if (isOver(current)) return;
    if (!candidate.ok) {
      update(current, { state: 'unusable', diagnostics: diagnosticsOf(candidate.failure) });
      return;
    }
    update(current, { state: 'running' });
    const task: ReplayTask = { kind: 'replay', database: path, count, policy: candidate.policy };
    current.thread = startThrowaway({
      worker,
      name: 'policy-replay',
      task,
      silenceMs,
      onMessage: (news) => hear(current, news as ReplayNews),
    });
    const why = await current.thread.over;
    if (!isOver(current)) {
      const problem = `The replay stopped after ${current.replay.decided} calls: ${why ?? 'it ended too early'}`;
      update(current, { state: 'failed', problem });
    }
  }

  function hear(current: Run, { found, done, ...progress }: ReplayNews): void {
    if (isOver(current)) return;
    current.found.push(...found.slice(0, keptChanges - current.found.length));
    update(current, { ...progress, ...(done ? { state: 'done' } : {}) });
  }

  return {
    start({ files, count }) {
      stop(run);
      lastId += 1;
      const current: Run = { replay: begin(lastId), begun: performance.now(), found: [], thread: null };
      run = current;
      if (database === null) {
        update(current, { state: 'failed', problem: 'No calls are recorded: audit.enabled is false' });
        return current.replay;
      }
      onChange(current.replay);
      go(current, database, files, count).catch((error: unknown) => {
        logger.error('policy_replay_failed', { error: String(error) });
        update(current, { state: 'failed', problem: error instanceof Error ? error.message : String(error) });
      });
      return current.replay;
    },

    last: () => run?.replay ?? null,

    cancel: (id) => run?.replay.id === id && stop(run),

    changes({ id, before = Number.MAX_SAFE_INTEGER, limit }) {
      const found = run?.replay.id === id ? run.found.filter(({ callId }) => callId < before) : [];
      return { changes: found.slice(0, limit), more: found.length > limit };
    },

    async close() {
      stop(run);
      await run?.thread?.over;
    },
  };
}

function begin(id: number): PolicyReplay {
  return {
    id,
    state: 'compiling',
    diagnostics: [],
    problem: null,
    total: 0,
    decided: 0,
    skipped: [],
    changed: 0,
    changes: [],
    elapsedMs: 0,
  };
}

function isOver({ replay: { state } }: Run): boolean {
  return state !== 'compiling' && state !== 'running';
}
