// The searches that somebody keeps: a small file in the user-data folder.
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { savedSearch, type SavedSearch, type SearchCommands } from '../../shared/audit-search.ts';
import type { Handlers } from '../../shared/contract.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { Logger } from '../ports.ts';

export type SavedSearchCommands = Pick<
  Handlers<SearchCommands>,
  'searches.list' | 'searches.save' | 'searches.remove'
>;

/** More than anybody looks through. */
const most = 500;

/**
 * What can't be read is put aside, and the list begins anew. Commands fail with `search_not_saved` where the file can't be
 * written, and `too_many_searches`.
 */
export function openSavedSearches(path: string, logger: Logger): SavedSearchCommands {
  let searches = load(path, logger);

  function write(changed: readonly SavedSearch[]): void {
    try {
      const draft = `${path}.new`;
      writeFileSync(draft, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(draft, path);
    } catch (error) {
      throw new CommandError(
        'search_not_saved',
        `The list of searches could not be written: ${String(error)}`,
      );
    }
    searches = [...changed];
  }

  return {
    'searches.list': () => searches,
    'searches.save'({ id = randomUUID(), name, filter, sort }) {
      const search: SavedSearch = { id, name, filter, sort };
      const known = searches.some((one) => one.id === id);
      if (!known && searches.length >= most) {
        throw new CommandError(
          'too_many_searches',
          `No more than ${most} searches can be kept: remove one first`,
        );
      }
      write(known ? searches.map((one) => (one.id === id ? search : one)) : [...searches, search]);
      return search;
    },
    'searches.remove'({ id }) {
      const left = searches.filter((one) => one.id !== id);
      if (left.length === searches.length) return false;
      write(left);
      return true;
    },
  };
}

function load(path: string, logger: Logger): SavedSearch[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    logger.error('searches_unreadable', { path, error: String(error) });
    return [];
  }
  try {
    return z.array(savedSearch).parse(JSON.parse(text));
  } catch (error) {
    const aside = `${path}.damaged`;
    logger.error('searches_damaged', { path, aside, error: String(error) });
    renameSync(path, aside);
    return [];
  }
}
