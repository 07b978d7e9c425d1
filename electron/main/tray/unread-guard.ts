// An answer that comes before anybody can have read the question is none: a click may have been meant for something else.

/** Milliseconds. */
const UNREAD_MS = 500;

export interface UnreadGuard {
  /** These are shown from now on, if they were not before; all others are not. */
  shows(ids: readonly string[]): void;
  /** Whether all of these have been there for long enough. */
  isRead(ids: readonly string[]): boolean;
}

/** @param now monotonic, milliseconds */
export function createUnreadGuard(now = () => performance.now()): UnreadGuard {
  let since: ReadonlyMap<string, number> = new Map();
  return {
    shows(ids) {
      since = new Map(ids.map((id) => [id, since.get(id) ?? now()]));
    },
    isRead: (ids) => ids.every((id) => now() - (since.get(id) ?? Infinity) >= UNREAD_MS),
  };
}
