// How long a collector that takes nothing is left alone.

/** Milliseconds. */
const firstMs = 1000;
const longestMs = 5 * 60_000;
/** So that many machines do not come back at once. */
const spread = 0.2;

/**
 * @param failures how many there were in a row
 * @param chance from 0 to 1
 * @param wantedMs what the collector asked for; null where nothing. Is kept to, up to an hour.
 */
export function backoffMs(failures: number, chance: number, wantedMs: number | null): number {
  const own =
    Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (1 + spread * (2 * chance - 1));
  return wantedMs === null ? own : Math.min(3_600_000, Math.max(wantedMs, firstMs)) * (1 + spread * chance);
}
