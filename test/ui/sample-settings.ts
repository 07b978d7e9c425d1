// The settings as the gateway tells them, with what a test wants to be different.
import { schemaLeaves } from '../../electron/gateway/config/schema-leaves.ts';
import type { PreferencesState } from '../../electron/shared/app-preferences.ts';
import { configSchema } from '../../electron/shared/config.ts';
import type { ConfigOverview, ConfigSetting } from '../../electron/shared/config-settings.ts';

type Changes = Readonly<Record<string, Partial<ConfigSetting>>>;

/** @param changes by dotted key. */
export function sampleOverview(changes: Changes = {}, rest: Partial<ConfigOverview> = {}): ConfigOverview {
  return {
    file: null,
    settings: schemaLeaves(configSchema, () => null).map(({ path, byDefault, ...facts }) => ({
      ...facts,
      path: [...path],
      value: byDefault ?? null,
      byDefault: byDefault ?? null,
      from: 'default',
      where: null,
      hidden: false,
      setInWindow: false,
      live: false,
      inert: null,
      ...changes[path.join('.')],
    })),
    waiting: [],
    warnings: [],
    problem: null,
    ...rest,
  };
}

export function samplePreferences(change: Partial<PreferencesState> = {}): PreferencesState {
  return {
    theme: 'system',
    pauseShortcut: true,
    notifyOfCalls: true,
    notifyOfAlerts: true,
    startAtLogin: { enabled: false, why: null },
    pauseKeys: 'CommandOrControl+Alt+Shift+P',
    pauseKeysHeard: true,
    ...change,
  };
}
