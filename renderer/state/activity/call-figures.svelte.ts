// How many calls a question finds, of which kinds, over time, and by whom and what.
import type {
  CallCount,
  CallDimension,
  CallHistogram,
  CallTop,
} from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { asked } from './asking.ts';
import { createLiveReading } from './live-reading.ts';
import type { Filter } from './question.ts';

/** At most this often figures are read anew while calls stream in, milliseconds. */
const readEveryMs = 2_000;
const buckets = 60;
const listed = 8;
const failure = "Couldn't count the calls.";

/** What is counted at the side, in the order in which it is shown. `denials`: tools whose calls were denied. */
export const topLists = ['tools', 'clients', 'rules', 'denials', 'reasons'] as const;
export type TopList = (typeof topLists)[number];

export const topDimension: Readonly<Record<TopList, CallDimension>> = {
  tools: 'tool',
  clients: 'client',
  rules: 'rule',
  denials: 'tool',
  reasons: 'reason',
};

/** Of all calls that the filter means, those that were denied or refused. */
export function deniedOf(filter: Filter): Filter {
  return { ...filter, decisions: ['denied', 'refused'] };
}

export class CallFigures {
  /** By decision, as if none were chosen; null until it is counted. */
  count = $state.raw<CallCount | null>(null);
  histogram = $state.raw<CallHistogram | null>(null);
  tops = $state.raw<Readonly<Partial<Record<TopList, CallTop>>>>({});
  /** The lists at the side are shown, so they are kept up to date. */
  #topsShown = false;

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #filter: () => Filter;
  readonly #live = createLiveReading(readEveryMs, () => this.ask());

  constructor(api: Api, notices: Notices, filter: () => Filter) {
    this.#api = api;
    this.#notices = notices;
    this.#filter = filter;
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

  showTops(shown: boolean): void {
    this.#topsShown = shown;
    if (shown) void this.#readTops();
  }

  /** Counts anew, for the filter of now. */
  async ask(): Promise<void> {
    await Promise.all([this.#readCount(), this.#readHistogram(), this.#topsShown && this.#readTops()]);
  }

  async #readCount(): Promise<void> {
    const filter = this.#filter();
    const read = await this.#asked(() =>
      this.#api.ask('calls.count', { filter: { ...filter, decisions: [] }, lane: 'activity' }),
    );
    if (read !== null && filter === this.#filter()) this.count = read;
  }

  async #readHistogram(): Promise<void> {
    const filter = this.#filter();
    const read = await this.#asked(() =>
      this.#api.ask('calls.histogram', { filter, buckets, lane: 'activity' }),
    );
    if (read !== null && filter === this.#filter()) this.histogram = read;
  }

  async #readTops(): Promise<void> {
    const filter = this.#filter();
    await Promise.all(
      topLists.map(async (list) => {
        const counted = list === 'denials' ? deniedOf(filter) : filter;
        const by = topDimension[list];
        const lane = `activity ${list}`;
        const read = await this.#asked(() =>
          this.#api.ask('calls.top', { filter: counted, by, limit: listed, lane }),
        );
        if (read !== null && filter === this.#filter()) this.tops = { ...this.tops, [list]: read };
      }),
    );
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T | null> {
    const read = await asked(this.#notices, failure, ask);
    return read.ok ? read.value : null;
  }
}
