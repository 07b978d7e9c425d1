// The configuration while the proxy runs: edits of its files are taken in, and what has to wait for a start is told.
import { unwatchFile, watchFile } from 'node:fs';
import type { Config } from '../../shared/config.ts';
import type { Problem } from '../../shared/domain.ts';
import { changedSettings, isLive } from '../config/changed-settings.ts';
import { managesTheSame } from '../config/managed-layer.ts';
import { loadConfig, type LoadedConfig, type LoadOptions } from '../config/load-config.ts';
import { ConfigError } from '../errors.ts';
import type { Closable, Logger } from '../ports.ts';

/** A look at the files costs next to nothing, and finds edits on every kind of disk, however they were made. */
const LOOK_EVERY_MS = 1000;

export interface ConfigInForce extends Closable {
  /** As the files say it now; of this the settings hold that can change while the proxy runs (LIVE_SETTINGS). */
  readonly current: Config;
  /** What it was made of. */
  readonly loaded: LoadedConfig;
  /** Keys of settings that hold from the next start on. */
  readonly waiting: readonly string[];
  /** What keeps the files from being used as they are now, a line for each mistake; null where nothing does. */
  readonly wrong: string | null;
  /** The files can't be used as they are now, or something waits for the next start. */
  readonly problem: Problem | null;
  /** Reads the files again, now. */
  reload(): void;
}

export interface ConfigChange {
  readonly before: Config;
  readonly now: LoadedConfig;
  /** Keys of all settings that have changed; none where only who may change them did. */
  readonly keys: readonly string[];
}

/** @param onChange other settings hold now, or something else is wrong with them; `change` is null for the latter. */
export function keepConfigInForce(
  options: () => LoadOptions,
  atStart: LoadedConfig,
  logger: Logger,
  onChange: (change: ConfigChange | null) => void,
): ConfigInForce {
  let loaded = atStart;
  let wrong: string | null = null;
  let waiting: string[] = [];
  const { file, managedFile } = options();
  const watched = [file, managedFile ?? null].filter((one) => one !== null);

  function reload(): void {
    let now: LoadedConfig;
    try {
      now = loadConfig(options());
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (wrong === error.message) return;
      wrong = error.message;
      logger.error('config_unusable', { message: wrong });
      onChange(null);
      return;
    }
    const wasWrong = wrong !== null;
    wrong = null;
    const before = loaded.config;
    const keys = changedSettings(before, now.config);
    const sameLocks = managesTheSame(loaded.source.layers, now.source.layers);
    loaded = now;
    waiting = changedSettings(atStart.config, now.config).filter((key) => !isLive(key));
    if (keys.length > 0 || !sameLocks) {
      for (const message of now.warnings) logger.warn('config', { message });
      logger.info('config_changed', { keys, waiting });
      onChange({ before, now, keys });
    } else if (wasWrong) {
      onChange(null);
    }
  }

  for (const one of watched) watchFile(one, { interval: LOOK_EVERY_MS, persistent: false }, reload);

  return {
    get current() {
      return loaded.config;
    },
    get loaded() {
      return loaded;
    },
    get waiting() {
      return waiting;
    },
    get wrong() {
      return wrong;
    },
    get problem() {
      return wrong === null ? waitsForStart(waiting) : unusable(wrong);
    },
    reload,
    close() {
      for (const one of watched) unwatchFile(one, reload);
    },
  };
}

function unusable(why: string): Problem {
  return {
    code: 'config',
    message: `The configuration can't be used as it is now: ${why}`,
    remedy: 'The settings before stay in force. Mend the file; it is read again as soon as it is saved.',
  };
}

function waitsForStart(keys: readonly string[]): Problem | null {
  if (keys.length === 0) return null;
  return {
    code: 'config_waits',
    message: `These settings were changed, and hold from the next start on: ${keys.join(', ')}`,
    remedy: 'Restart the proxy when it suits you: open sessions end with that, and clients connect again.',
  };
}
