// The window's only door: commands and events of the contract, by name, and nothing else of Electron or Node.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import {
  commandChannel,
  eventChannel,
  windowCommandNames,
  windowEventNames,
} from '../shared/contract-names.ts';
import type { WindowApi } from '../shared/contract.ts';

/** One listener of Electron's for all of the window's: it takes many for a leak. */
const listeners = new Set<(name: string, payload: unknown) => void>();
ipcRenderer.on(eventChannel, (_event: IpcRendererEvent, name: string, payload: unknown) => {
  for (const listener of listeners) listener(name, payload);
});

const api: WindowApi = {
  async invoke(name, input) {
    if (!windowCommandNames.has(name)) throw new TypeError(`No command is called ${name}`);
    return (await ipcRenderer.invoke(commandChannel, name, input)) as never;
  },
  on(name, listener) {
    if (!windowEventNames.has(name)) throw new TypeError(`No event is called ${name}`);
    const relay = (eventName: string, payload: unknown) => {
      if (eventName === name) listener(payload as never);
    };
    listeners.add(relay);
    return () => listeners.delete(relay);
  },
};

contextBridge.exposeInMainWorld('mcpProxy', api);
