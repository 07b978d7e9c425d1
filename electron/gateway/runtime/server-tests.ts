// Tests of servers: each is started once, tells how it goes on, has an end, and can be ended before.
import type { ServerTest, ServerTestStep } from '../../shared/servers.ts';
import { UpstreamError } from '../errors.ts';
import type { Closable, Clock, Upstream } from '../ports.ts';
import type { ProbeEvents } from '../session/server-probe.ts';
import { introductionOf } from './server-introduction.ts';

/** `npx` may have to fetch a server first, milliseconds. */
const LONGEST_MS = 90_000;
/** So many are remembered. */
const MOST = 20;

export interface ServerTestsOptions {
  readonly probe: (upstream: Upstream, events: ProbeEvents, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly onChange: (test: ServerTest) => void;
  readonly onEnd: (test: ServerTest) => void;
  readonly longestMs?: number;
}

export interface ServerTests extends Closable {
  /** Begins one, or joins the one that runs for this server. `ended` is called when it is over. */
  start(upstream: Upstream, ended?: () => void): ServerTest;
  read(id: number): ServerTest | null;
  /** False where it is over already. */
  cancel(id: number): boolean;
}

interface Run {
  test: ServerTest;
  readonly ending: AbortController;
}

export function createServerTests(options: ServerTestsOptions): ServerTests {
  const { probe, clock, onChange, onEnd, longestMs = LONGEST_MS } = options;
  const runs = new Map<number, Run>();
  let lastId = 0;

  function change(run: Run, to: Partial<ServerTest>): void {
    run.test = { ...run.test, ...to };
    onChange(run.test);
  }

  async function perform(run: Run, upstream: Upstream, ended: () => void): Promise<void> {
    let begunAt = clock.now();
    /** Ends the step that runs, and begins the next one. */
    function step(state: ServerTestStep['state'], says: string, next: ServerTestStep['step'] | null): void {
      const now = clock.now();
      const done = run.test.steps.map((one) =>
        one.state === 'running' ? { ...one, state, says, ms: now - begunAt } : one,
      );
      begunAt = now;
      const following = next === null ? [] : [{ step: next, state: 'running', ms: null, says: '' } as const];
      change(run, { steps: [...done, ...following] });
    }
    const late = setTimeout(() => run.ending.abort('late'), longestMs);
    try {
      await probe(
        upstream,
        {
          introduced(answer, era) {
            const introduction = introductionOf(answer.result, era, clock.now());
            const versions = introduction?.protocolVersions.join(', ') ?? '';
            change(run, { introduction });
            step('ok', versions === '' ? 'It answers.' : `It answers, and speaks MCP ${versions}.`, 'tools');
          },
          listed(tools) {
            change(run, { tools: tools ?? [] });
            step(tools === null ? 'skipped' : 'ok', tools === null ? 'It offers none.' : '', null);
          },
        },
        run.ending.signal,
      );
      change(run, { state: 'ok' });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const isLate = run.ending.signal.reason === 'late';
      const cancelled = run.ending.signal.aborted && !isLate;
      const why = isLate ? `It did not answer within ${longestMs / 1000} s.` : error.message;
      step('failed', cancelled ? 'Ended before it was through.' : why, null);
      change(run, { state: cancelled ? 'cancelled' : 'failed' });
    } finally {
      clearTimeout(late);
      ended();
    }
    onEnd(run.test);
  }

  return {
    start(upstream, ended = () => undefined) {
      const running = [...runs.values()].find(
        ({ test }) => test.server === upstream.name && test.state === 'running',
      );
      if (running !== undefined) {
        ended();
        return running.test;
      }
      const id = (lastId += 1);
      const run: Run = {
        ending: new AbortController(),
        test: {
          id,
          server: upstream.name,
          state: 'running',
          steps: [{ step: 'introduce', state: 'running', ms: null, says: '' }],
          introduction: null,
          tools: [],
          startedAt: clock.now(),
        },
      };
      runs.set(id, run);
      runs.delete(id - MOST);
      void perform(run, upstream, ended);
      return run.test;
    },
    read: (id) => runs.get(id)?.test ?? null,
    cancel(id) {
      const run = runs.get(id);
      if (run?.test.state !== 'running') return false;
      run.ending.abort('cancelled');
      return true;
    },
    close() {
      for (const { ending } of runs.values()) ending.abort('cancelled');
    },
  };
}
