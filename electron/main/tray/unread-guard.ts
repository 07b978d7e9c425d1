// An answer that comes before anybody can have read the question is none: a click may have been meant for something else.

/** Milliseconds. */
const UNREAD_MS = 500;

export interface UnreadGuard {
  /** From now on something else can be seen, or the same at another place. */
  changed(): void;
  /** Whether what can be seen has been there for long enough. */
  isRead(): boolean;
}

/** @param now monotonic, milliseconds */
export function createUnreadGuard(now = () => performance.now()): UnreadGuard {
  let since = Infinity;
  return {
    changed() {
      since = now();
    },
    isRead: () => now() - since >= UNREAD_MS,
  };
}
