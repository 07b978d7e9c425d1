// What happened to a server lately: a bounded list in which the same thing again and again stands once.
import type { ServerMoment } from '../../shared/servers.ts';

const MOST = 50;

export interface ServerHistory {
  add(kind: ServerMoment['kind'], why?: string | null): void;
  /** Newest first. */
  list(): ServerMoment[];
}

/** @param now Unix milliseconds */
export function createServerHistory(now: () => number): ServerHistory {
  const moments: ServerMoment[] = [];
  return {
    add(kind, why = null) {
      const [newest] = moments;
      const again = newest?.kind === kind && newest.why === why;
      if (again) moments.shift();
      moments.unshift({ at: now(), kind, why, times: again ? newest.times + 1 : 1 });
      moments.length = Math.min(moments.length, MOST);
    },
    list: () => [...moments],
  };
}
