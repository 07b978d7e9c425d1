import { expect, it } from 'vitest';
import { createUnreadGuard } from '../../../../electron/main/tray/unread-guard.ts';

it('takes an answer once nothing has changed for half a second', () => {
  let now = 1_000;
  const guard = createUnreadGuard(() => now);
  expect(guard.isRead()).toBe(false);
  guard.changed();
  now += 499;
  expect(guard.isRead()).toBe(false);
  now += 1;
  expect(guard.isRead()).toBe(true);
  guard.changed();
  expect(guard.isRead()).toBe(false);
});
