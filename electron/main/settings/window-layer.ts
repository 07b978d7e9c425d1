// The window's layer of the configuration on disk, which the gateway reads below all others; whole or not at all.
import Store from 'electron-store';

/** Keys and values as in the configuration file. */
export type WindowTree = Record<string, unknown>;

export interface WindowLayer {
  /** @throws where the file is there and is no JSON. */
  read(): WindowTree;
  /** @throws where the disk can't be written; the file is as it was then. */
  write(tree: WindowTree): void;
}

/** `window-settings.json` in the user-data folder: what config/window-settings.ts of the gateway looks for. */
export function openWindowLayer(): WindowLayer {
  let store: Store | null = null;
  // Not before it is needed: a damaged file must not keep the app from starting, and says so when something is set.
  const opened = () =>
    (store ??= new Store({
      name: 'window-settings',
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
      // It may hold tokens.
      configFileMode: 0o600,
    }));
  return {
    read: () => opened().store,
    write(tree) {
      opened().store = tree;
    },
  };
}
