// A log that answers as the real one does.
import type {
  CallCount,
  CallHit,
  CallHits,
  CallSearch,
  CallStory,
} from '../../electron/shared/audit-search.ts';
import type { Answers } from './fake-api.ts';
import { sampleHit, sampleStory } from '../samples.ts';

export interface SampleLog {
  /** Oldest first. */
  readonly calls: CallHit[];
  search(query: CallSearch): CallHits;
  story(id: number): CallStory | null;
  /** Writes some more calls and returns the newest id. */
  grow(by: number, change?: Partial<CallHit>): number;
  /** What the Activity view asks. */
  readonly answers: Answers;
}

export function sampleLog(length: number): SampleLog {
  const calls: CallHit[] = [];

  function matching({
    text = '',
    decisions = [],
    tools = [],
    sessions = [],
  }: CallSearch['filter'] & object): CallHit[] {
    const isOf = (call: CallHit, decision: string) =>
      decision === 'asked' ? call.asked : (call.verdict === 'deny' ? 'denied' : 'allowed') === decision;
    return calls
      .filter((call) => text === '' || (call.tool ?? '').includes(text))
      .filter((call) => decisions.length === 0 || decisions.some((decision) => isOf(call, decision)))
      .filter(({ tool }) => tools.length === 0 || tools.includes(tool ?? ''))
      .filter(({ sessionId }) => sessions.length === 0 || sessions.includes(sessionId));
  }

  function count(filter: CallSearch['filter'] = {}): CallCount {
    const found = matching(filter);
    const denied = found.filter(({ verdict }) => verdict === 'deny').length;
    const asked = found.filter((call) => call.asked).length;
    return {
      total: found.length,
      decisions: { allowed: found.length - denied, denied, asked, failed: 0, refused: 0, unknown: 0 },
    };
  }

  const log: SampleLog = {
    calls,
    search({ filter = {}, sort = 'newest', after = 0, cursor, limit = 100 }) {
      const sorted = matching(filter).filter(({ id }) => id > after);
      if (sort === 'newest') sorted.reverse();
      if (sort === 'slowest') sorted.sort((a, b) => (b.latencyMicros ?? 0) - (a.latencyMicros ?? 0));
      const [sortOf, place] = cursor?.split(' ') ?? [sort, '0'];
      if (sortOf !== sort) throw new Error('The cursor is of another list');
      const from = sorted.findIndex(({ id }) => id === Number(place)) + 1;
      const page = sorted.slice(from, from + limit);
      const more = from + limit < sorted.length;
      return {
        calls: page,
        cursor: more ? `${sort} ${page.at(-1)?.id ?? 0}` : null,
        through: calls.at(-1)?.id ?? 0,
      };
    },
    story(id) {
      const call = calls[id - 1];
      return call === undefined ? null : sampleStory(call);
    },
    grow(by, change) {
      for (let grown = 0; grown < by; grown += 1) calls.push(sampleHit(calls.length + 1, change));
      return calls.length;
    },
    answers: {
      'calls.search': (query) => log.search(query),
      'calls.count': ({ filter }) => count(filter),
      'calls.histogram': ({ filter }) => ({
        width: 60_000,
        buckets: [0, 1].map((place) => ({
          at: Date.UTC(2026, 10, 21, 12, place),
          decisions: count(filter).decisions,
        })),
      }),
      'calls.top': ({ filter, by }) => ({
        values:
          by === 'tool'
            ? [...new Set(matching(filter ?? {}).map(({ tool }) => tool ?? ''))].map((value) => ({
                value,
                ...count({ ...filter, tools: [value] }),
              }))
            : [],
        distinct: 1,
      }),
      'calls.values': ({ of, contains = '' }) => ({
        values:
          of === 'tool'
            ? [...new Set(calls.map(({ tool }) => tool ?? ''))]
                .filter((tool) => tool.includes(contains))
                .map((value) => ({ value, ...{ calls: count({ tools: [value] }).total } }))
            : [],
        more: false,
      }),
      'calls.story': ({ id }) => log.story(id),
      'events.search': () => ({ events: [], more: false, kinds: [] }),
      'index.read': () => ({ state: 'ready', share: 1, reason: null }),
      'searches.list': () => [],
    },
  };
  log.grow(length);
  return log;
}
