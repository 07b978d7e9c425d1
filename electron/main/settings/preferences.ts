// What a person likes of the app on this machine, kept between its lives and in force at once.
import { nativeTheme } from 'electron';
import Store from 'electron-store';
import {
  appPreferences,
  type AppPreferences,
  type PreferenceChange,
  type PreferencesState,
} from '../../shared/app-preferences.ts';
import type { PauseKeys } from '../pause-shortcut.ts';
import type { LoginItem } from './login-item.ts';

export interface Preferences {
  readonly current: AppPreferences;
  read(): PreferencesState;
  /** @throws where they can't be kept, and where the system does not let the app start with it. */
  set(change: PreferenceChange): PreferencesState;
}

export interface PreferencesNeeds {
  readonly loginItem: LoginItem;
  readonly pauseKeys: PauseKeys;
}

export function keepPreferences({ loginItem, pauseKeys }: PreferencesNeeds): Preferences {
  const store = new Store<{ preferences?: AppPreferences }>({
    name: 'preferences',
    clearInvalidConfig: true,
  });
  // The file may be of another version of the app.
  let current = appPreferences.safeParse(store.get('preferences') ?? {}).data ?? appPreferences.parse({});
  apply();

  function apply(): void {
    nativeTheme.themeSource = current.theme;
    pauseKeys.listen(current.pauseShortcut);
  }

  function read(): PreferencesState {
    return {
      ...current,
      startAtLogin: loginItem.read(),
      pauseKeys: pauseKeys.keys,
      pauseKeysHeard: pauseKeys.isListening,
    };
  }

  return {
    get current() {
      return current;
    },
    read,
    set({ startAtLogin, ...change }) {
      if (startAtLogin !== undefined) loginItem.set(startAtLogin);
      const known = Object.entries(change).filter(([, value]) => value !== undefined);
      const changed = appPreferences.parse({ ...current, ...Object.fromEntries(known) });
      store.set('preferences', changed);
      current = changed;
      apply();
      return read();
    },
  };
}
