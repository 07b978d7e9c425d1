// Finds the proxy that runs on this machine, by the file that it leaves in its user-data folder.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const gatewayFile = z.object({
  url: z.url(),
  pid: z.int().positive(),
  version: z.string(),
  certificate: z.string().nullable().default(null),
});

export type FoundProxy =
  | {
      readonly found: true;
      readonly url: string;
      /** What to trust there, PEM; null without TLS. */ readonly certificate: string | null;
    }
  | { readonly found: false; readonly why: string };

/** Reads `gateway.json` in `userData`. Rejects only where the file is there and can't be read. */
export async function findRunningProxy(userData: string): Promise<FoundProxy> {
  const file = join(userData, 'gateway.json');
  const text = await readOrNothing(file);
  if (text === undefined) return { found: false, why: `${file} does not exist.` };
  const parsed = gatewayFile.safeParse(parseJson(text));
  if (!parsed.success) return { found: false, why: `${file} is not what the proxy writes.` };
  const { url, pid, certificate } = parsed.data;
  // A proxy that was killed leaves its file behind.
  if (!isAlive(pid)) return { found: false, why: `The proxy that ran at ${url} has ended.` };
  return { found: true, url, certificate };
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A file that is half written; the schema refuses it like any other wrong content.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
