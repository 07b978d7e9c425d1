// Reads what `opa build -t wasm` writes: a gzipped tar with the compiled policy and a list of its entrypoints.
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { questionFor, type Question } from './entrypoints.ts';
import type { InputPath } from './input-paths.ts';

export interface PolicyBundle {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly question: Question;
  /** What of the input the policy can see; null where that is not known. */
  readonly inputPaths: readonly InputPath[] | null;
}

/** https://www.openpolicyagent.org/docs/management-bundles, section on the manifest. */
const manifest = z.object({ wasm: z.array(z.object({ entrypoint: z.string() })) });

/** What compile.ts adds to the bundle. */
const facts = z.object({ mcp_proxy: z.object({ input_paths: z.array(z.array(z.string())) }).optional() });

/** Throws where the archive is damaged or is no bundle with a policy for this proxy. */
export function readBundle(archive: Uint8Array): PolicyBundle {
  const files = untar(gunzipSync(archive));
  const wasm = files.get('/policy.wasm');
  const listed = files.get('/.manifest');
  const data = files.get('/data.json');
  if (wasm === undefined || listed === undefined || data === undefined) {
    throw new Error('The bundle lacks policy.wasm, data.json or .manifest');
  }
  const { wasm: compiled } = manifest.parse(JSON.parse(text(listed)));
  const question = questionFor(compiled.map(({ entrypoint }) => entrypoint));
  if (question === null) throw new Error('The bundle has no entrypoint of this proxy');
  const known = facts.parse(JSON.parse(text(data))).mcp_proxy;
  return { wasm: Uint8Array.from(wasm), question, inputPaths: known?.input_paths ?? null };
}

/** POSIX ustar: blocks of 512 bytes; name at 0, size in octal at 124. OPA writes no long names for these files. */
function untar(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const field = (from: number, to: number) =>
      bytes.toString('latin1', at + from, at + to).replace(/\0.*$/su, '');
    const size = Number.parseInt(field(124, 136), 8);
    const content = at + 512;
    if (Number.isNaN(size) || content + size > bytes.length) throw new Error('The bundle is damaged');
    files.set(field(0, 100), bytes.subarray(content, content + size));
    at = content + Math.ceil(size / 512) * 512;
  }
  return files;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
