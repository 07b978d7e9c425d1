// Electron's executable as plain Node: what the tools, the tests and the window-less program run on.

/** Environment in which Electron behaves as Node. */
export const asNode = () => ({ ...process.env, ELECTRON_RUN_AS_NODE: '1' });

/** Environment in which Electron behaves as Electron, whatever this process was started from. */
export function asApp(extra = {}) {
  const env = { ...process.env, ...extra };
  delete env.ELECTRON_RUN_AS_NODE;
  return env;
}
