// The settings as the gateway tells them, with what a test wants to be different.
import { settingsOf } from '../../electron/gateway/config/settings-list.ts';
import type { PreferencesState } from '../../electron/shared/app-preferences.ts';
import type { ConfigOverview, ConfigSetting } from '../../electron/shared/config-settings.ts';

type Changes = Readonly<Record<string, Partial<ConfigSetting>>>;

/** @param changes by dotted key. */
export function sampleOverview(changes: Changes = {}, rest: Partial<ConfigOverview> = {}): ConfigOverview {
  const asIs = settingsOf({ layers: [], tree: {}, setBy: new Map() });
  return {
    file: null,
    settings: asIs.map((setting) => ({
      ...setting,
      path: [...setting.path],
      value: setting.value ?? null,
      byDefault: setting.byDefault ?? null,
      ...changes[setting.path.join('.')],
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
