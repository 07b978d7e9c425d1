// Questions that newer ones may overtake: whose answer is late is not heard, whose lane is taken is no failure.
import { CommandError } from '../../api/window-api.ts';
import type { Attempt, Notices } from '../notices.svelte.ts';

/**
 * Asks the log something. Null where it failed, which has been said then, or where it was given up for a newer question.
 * @param failure what failed, for people
 */
export async function asked<T>(
  notices: Notices,
  failure: string,
  ask: () => Promise<T>,
): Promise<Attempt<T> & { readonly superseded?: true }> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    if (error instanceof CommandError && error.code === 'superseded') return { ok: false, superseded: true };
    notices.fail(failure, error);
    return { ok: false };
  }
}
