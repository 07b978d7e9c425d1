// What came of the calls to each server today: how many, how many went wrong, and how long they took.
import type { DecisionCounts } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import { asked } from '../activity/asking.ts';
import { createLiveReading } from '../activity/live-reading.ts';
import type { Notices } from '../notices.svelte.ts';
import { todayOf } from './today.ts';

/** At most this often they are read anew while calls stream in, milliseconds. */
const readEveryMs = 2_000;
/** The newest calls of which the usual latency is that of the middle one. */
const measured = 100;
const failure = "Couldn't count the calls of the servers.";

export interface ServerFigures {
  readonly calls: number;
  readonly failed: number;
  readonly denied: number;
  /** Null where no call has come to its end. */
  readonly medianMicros: number | null;
}

export class ServersToday {
  /** By the server's name; of those that were counted. */
  byServer = $state.raw<Readonly<Partial<Record<string, ServerFigures>>>>({});
  readonly #api: Api;
  readonly #notices: Notices;
  readonly #names: () => readonly string[];
  readonly #live = createLiveReading(readEveryMs, () => this.#read());

  constructor(api: Api, notices: Notices, names: () => readonly string[]) {
    this.#api = api;
    this.#notices = notices;
    this.#names = names;
  }

  start(): void {
    this.#live.start();
    this.#live.wake();
  }

  stop(): void {
    this.#live.stop();
  }

  wake(): void {
    this.#live.wake();
  }

  async #read(): Promise<void> {
    const names = this.#names();
    const read = await asked(this.#notices, failure, () =>
      Promise.all(names.map(async (name) => [name, await this.#figuresOf(name)] as const)),
    );
    if (read.ok) this.byServer = Object.fromEntries(read.value);
  }

  async #figuresOf(name: string): Promise<ServerFigures> {
    const filter = todayOf(name);
    const [counted, newest] = await Promise.all([
      this.#api.ask('calls.count', { filter, lane: `server ${name}` }),
      this.#api.ask('calls.search', {
        filter: { ...filter, decisions: ['allowed'], methods: ['tools/call'] },
        limit: measured,
        lane: `server ${name}`,
      }),
    ]);
    const { total, decisions } = counted;
    const of = (...kinds: (keyof DecisionCounts)[]) => kinds.reduce((sum, kind) => sum + decisions[kind], 0);
    const took = newest.calls.flatMap(({ latencyMicros }) => latencyMicros ?? []).toSorted((a, b) => a - b);
    return {
      calls: total,
      failed: of('failed', 'unknown'),
      denied: of('denied', 'refused'),
      medianMicros: took[Math.floor(took.length / 2)] ?? null,
    };
  }
}
