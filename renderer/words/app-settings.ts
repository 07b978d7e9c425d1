// What the app's own preferences are called, and what they do.
import type { AppPreferences } from '../../electron/shared/app-preferences.ts';

/** In the order in which they are shown. */
export const appSettings = [
  'theme',
  'startAtLogin',
  'notifyOfCalls',
  'notifyOfAlerts',
  'pauseShortcut',
  'configFile',
] as const;
export type AppSetting = (typeof appSettings)[number];

export const appSettingWords: Readonly<
  Record<AppSetting, { readonly label: string; readonly does: string }>
> = {
  theme: { label: 'Appearance', does: 'Light or dark, for this window and the prompt.' },
  startAtLogin: {
    label: 'Start at login',
    does: 'The app starts in the tray when you log in, so that clients find the proxy.',
  },
  notifyOfCalls: {
    label: 'Notify of waiting calls',
    does: 'A notification says that a call waits for your answer. The prompt comes up either way.',
  },
  notifyOfAlerts: {
    label: 'Notify of policy alerts',
    does: 'A notification says what a policy wants you to know. It stands in the activity either way.',
  },
  pauseShortcut: {
    label: 'Keys that pause everything',
    does: 'They stop everything, whichever program is in front.',
  },
  configFile: {
    label: 'Configuration file',
    does: 'What it says comes before what is set here.',
  },
};

export const themeNames: Readonly<Record<AppPreferences['theme'], string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

/** Those that somebody looks for, by each word of the query. */
export function appSettingsFound(query: string): AppSetting[] {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  return appSettings.filter((name) => {
    const { label, does } = appSettingWords[name];
    const text = `${label} ${does} ${name}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
