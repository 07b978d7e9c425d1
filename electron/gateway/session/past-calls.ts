// What was forwarded earlier in a session, as policies see it: each thing that was called once, with how often.
import type { Call, PastCall, SessionHistory } from '../call.ts';

/** So many different things are remembered of one session. */
const MAX_REMEMBERED = 500;
/** Methods, names and URIs that are longer are not, characters. */
const LONGEST_NAME = 1_000;

/**
 * One for each session, and one for all parts of a session with several servers. The history that it gives out never
 * changes: each call keeps that by which it was judged.
 */
export class PastCalls {
  #history: SessionHistory = { calls: [], truncated: false };
  readonly #places = new Map<string, number>();

  get history(): SessionHistory {
    return this.#history;
  }

  /** To be called for each call that goes on to its server; those that are not checked by policy don't count. */
  add({ treatment, server, method, tool, resource, resources }: Call): void {
    if (treatment !== 'enforce') return;
    for (const each of resources.length > 1 ? resources : [resource]) {
      this.#add({ server, method, tool: tool ?? '', resource: each ?? '' });
    }
  }

  #add(what: Omit<PastCall, 'count'>): void {
    const { calls, truncated } = this.#history;
    const key = JSON.stringify([what.server, what.method, what.tool, what.resource]);
    const place = this.#places.get(key);
    const known = place === undefined ? undefined : calls[place];
    if (place !== undefined && known !== undefined) {
      this.#history = { calls: calls.with(place, { ...known, count: known.count + 1 }), truncated };
    } else if (calls.length === MAX_REMEMBERED || Object.values(what).some(isTooLong)) {
      this.#history = { calls, truncated: true };
    } else {
      this.#places.set(key, calls.length);
      this.#history = { calls: [...calls, { ...what, count: 1 }], truncated };
    }
  }
}

function isTooLong(name: string): boolean {
  return name.length > LONGEST_NAME;
}
