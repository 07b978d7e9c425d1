// A small file beside the log that tells other programs of this user where the proxy serves.
import { rmSync, writeFileSync } from 'node:fs';
import type { Closable } from '../ports.ts';

/** `gateway.json`; gone once the proxy has stopped in good order. `certificate`: what to trust at the URL, as PEM. */
export function announce(
  path: string,
  served: {
    readonly url: string;
    readonly pid: number;
    readonly version: string;
    readonly certificate: string | null;
  },
): Closable {
  writeFileSync(path, `${JSON.stringify(served)}\n`, { mode: 0o600 });
  return { close: () => rmSync(path, { force: true }) };
}
