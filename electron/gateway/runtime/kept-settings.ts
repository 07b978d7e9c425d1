// What the user chose in tray or window and the proxy must remember: pause, mode, and the port it found.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { policyMode } from '../../shared/domain.ts';
import type { Logger } from '../ports.ts';

const keptSettings = z.object({
  /** The port that was free on the first run; clients are pointed at it, so it stays. */
  port: z.int().min(1).max(65_535).optional(),
  /** Overrides policy.mode where the configuration leaves it open. */
  mode: policyMode.optional(),
  paused: z.boolean().default(false),
  /** Servers that a person has stopped: they stay so. */
  stoppedServers: z.array(z.string()).default([]),
});
export type KeptSettings = z.infer<typeof keptSettings>;

export interface KeptSettingsFile {
  read(): KeptSettings;
  /**
   * In force at once, and then written, whole or not at all. Throws where it can't be written: the change holds
   * all the same until the program ends, for a pause must work on a full disk too.
   */
  write(change: Partial<KeptSettings>): void;
}

/** A file that can't be understood counts as paused: whoever paused everything must not find it running. */
export function openKeptSettings(path: string, logger: Logger): KeptSettingsFile {
  let current = load(path, logger);
  return {
    read: () => current,
    write(change) {
      current = { ...current, ...change };
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.new`;
      writeFileSync(draft, `${JSON.stringify(current, null, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(draft, path);
    },
  };
}

function load(path: string, logger: Logger): KeptSettings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return keptSettings.parse({});
    logger.error('settings_unreadable', { path, error: String(error) });
    return keptSettings.parse({ paused: true });
  }
  try {
    return keptSettings.parse(JSON.parse(text));
  } catch (error) {
    logger.error('settings_damaged', { path, error: String(error) });
    return keptSettings.parse({ paused: true });
  }
}
