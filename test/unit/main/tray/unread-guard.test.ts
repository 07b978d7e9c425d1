import { expect, it } from 'vitest';
import { createUnreadGuard } from '../../../../electron/main/tray/unread-guard.ts';

it('takes an answer once what it is about has been there for half a second', () => {
  let now = 1_000;
  const guard = createUnreadGuard(() => now);
  guard.shows(['a']);
  now += 499;
  expect(guard.isRead(['a'])).toBe(false);
  now += 1;
  expect(guard.isRead(['a'])).toBe(true);
  guard.shows(['a', 'b']);
  expect(guard.isRead(['a'])).toBe(true);
  expect(guard.isRead(['a', 'b'])).toBe(false);
});

it('takes none for what is not shown, and begins anew with what comes again', () => {
  let now = 0;
  const guard = createUnreadGuard(() => now);
  guard.shows(['a']);
  now = 10_000;
  guard.shows([]);
  expect(guard.isRead(['a'])).toBe(false);
  guard.shows(['a']);
  expect(guard.isRead(['a'])).toBe(false);
});
