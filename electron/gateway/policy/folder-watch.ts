// Notices that other programs change files in some folders, and says so once they have come to rest.
import { watch, type FSWatcher } from 'node:fs';
import type { Logger } from '../ports.ts';

export interface FolderWatchOptions {
  readonly onChange: () => void;
  readonly logger: Logger;
  /** Milliseconds without a change after which the files are at rest: a checkout changes many within moments. */
  readonly quietMs?: number;
  /** Milliseconds after which changes that never end are told all the same. */
  readonly longestMs?: number;
  /** Where a folder can't be watched (it is gone, or the system has no more watches) it is looked at so often. */
  readonly retryMs?: number;
}

export interface FolderWatch {
  /** Watches these from now on, and no others. Folders below them are named too. */
  over(folders: readonly string[]): void;
  close(): void;
}

export function createFolderWatch(options: FolderWatchOptions): FolderWatch {
  const { onChange, logger, quietMs = 200, longestMs = 2000, retryMs = 2000 } = options;
  let watchers: FSWatcher[] = [];
  let quiet: NodeJS.Timeout | undefined;
  let firstAt: number | null = null;
  let retry: NodeJS.Timeout | undefined;

  function tell(): void {
    clearTimeout(quiet);
    firstAt = null;
    onChange();
  }

  function changed(): void {
    const now = performance.now();
    firstAt ??= now;
    clearTimeout(quiet);
    quiet = setTimeout(tell, Math.min(quietMs, Math.max(0, firstAt + longestMs - now)));
  }

  function unwatchable(folder: string, error: unknown): void {
    if (retry !== undefined) return;
    logger.warn('policy_folder_unwatched', { folder, error: String(error) });
    retry = setInterval(onChange, retryMs);
  }

  function end(): void {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    clearInterval(retry);
    retry = undefined;
  }

  return {
    over(folders) {
      // All of them anew: a folder that was replaced by another of its name would be watched where nothing is any more.
      end();
      for (const folder of folders) {
        try {
          const watcher = watch(folder, changed);
          watcher.on('error', (error) => unwatchable(folder, error));
          watchers.push(watcher);
        } catch (error) {
          unwatchable(folder, error);
        }
      }
    },
    close() {
      clearTimeout(quiet);
      end();
    },
  };
}
