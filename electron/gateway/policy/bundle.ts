// Reads what `opa build -t wasm` writes: a gzipped tar with the compiled policy and a list of its entrypoints.
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { questionFor, type Question } from './entrypoints.ts';
import type { InputPath } from './input-paths.ts';
import { readTar } from './tar.ts';

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
  const files = readTar(gunzipSync(archive));
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

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
