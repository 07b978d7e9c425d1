// The clients that were registered in the window, with the hashes of their tokens, in a file of the user-data folder.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const keptClient = z.object({
  id: z.string(),
  name: z.string(),
  capabilities: z.array(z.string()),
  tags: z.array(z.string()),
  /** Unix milliseconds. */
  createdAt: z.number(),
  /** Unix milliseconds, within a minute or so; null until it has called. */
  lastSeenAt: z.number().nullable(),
  /** SHA-256, 64 hexadecimal digits. */
  tokenHash: z.string().regex(/^[\da-f]{64}$/u),
});
export type KeptClient = Readonly<z.infer<typeof keptClient>>;

const clientsFile = z.object({ clients: z.array(keptClient) });

/** Throws where the file is there and can't be read, or is not what was written. */
export function readClients(path: string): readonly KeptClient[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return clientsFile.parse(JSON.parse(text)).clients;
}

/** Whole or not at all, readable by the user alone. Throws the system's error. */
export function writeClients(path: string, clients: readonly KeptClient[]): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify({ clients }, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, path);
}
