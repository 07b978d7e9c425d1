// The command by which clients that speak stdio alone reach this very app.
import { join } from 'node:path';
import type { AppInfo } from '../../shared/contract.ts';

export interface BridgeSurroundings {
  /** Electron's executable. */
  readonly executable: string;
  /** The folder of compiled output. */
  readonly out: string;
  /** Where the app announces its address. */
  readonly userData: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Null in an AppImage: what it unpacks lies elsewhere at each start. */
export function bridgeCommand({ executable, out, userData, env }: BridgeSurroundings): AppInfo['bridge'] {
  if (env.APPIMAGE !== undefined) return null;
  return {
    command: executable,
    args: [join(out, 'bridge.js'), '--user-data', userData],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}
