// A policy that somebody works on: the files on disk with changes laid over them, which nobody has saved yet.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { PolicyChange, PolicyDiagnostic } from '../../shared/policy-editing.ts';
import type { Logger } from '../ports.ts';
import { loadPolicy, type LoadedPolicy, type PolicyPlaces } from './load.ts';
import { findOpa } from './opa.ts';
import type { PolicyFailure } from './policy-failure.ts';
import { readSources, type PolicySource } from './sources.ts';
import { readPolicyData } from './policy-data.ts';

/** What can be sent to another thread of a policy that was seen to load. */
export type SendablePolicy = Pick<LoadedPolicy, 'module' | 'question' | 'data' | 'inputPaths'>;

export type Candidate =
  | {
      readonly ok: true;
      readonly policy: SendablePolicy;
      /** Rules, and the data last where there is any. */
      readonly files: readonly PolicySource[];
      /** The program OPA; null where there is none, and these files were compiled before. */
      readonly opa: string | null;
    }
  | { readonly ok: false; readonly failure: PolicyFailure };

/** The name of policy data in a folder that has none yet. */
const usualDataName = 'policy_data.json';

/** Rejects only where the disk or OPA fail in ways that nobody foresees. */
export async function loadCandidate(
  places: PolicyPlaces,
  changes: readonly PolicyChange[],
  logger: Logger,
): Promise<Candidate> {
  const dataName = places.dataFile === null ? usualDataName : basename(places.dataFile);
  const [sources, data] = await Promise.all([
    readSources(places.policyDir, places.jsonPolicyDir),
    readPolicyData(places.dataFile),
  ]);
  const files = new Map<string, string>();
  // JSON policies are Rego by now.
  // Files that can't be read, or data that is no data, may be what the changes put right.
  if (sources.ok) for (const { name, text } of sources.value.files) files.set(name, text);
  if (data.ok && data.value !== null) files.set(dataName, data.value.text);
  for (const { name, text } of changes) {
    if (text === null) files.delete(name);
    else if (name.endsWith('.rego') || name === dataName) files.set(name, text);
  }
  const folder = await mkdtemp(join(tmpdir(), 'mcp-policy-'));
  try {
    for (const [name, text] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const dataFile = files.has(dataName) ? join(folder, dataName) : null;
    const loaded = await loadPolicy({ ...places, policyDir: folder, jsonPolicyDir: null, dataFile }, logger);
    if (!loaded.policy.ok) return { ok: false, failure: loaded.policy.failure };
    const { module, question, data: policyData, inputPaths } = loaded.policy.value;
    const found = await findOpa(places.opa);
    return {
      ok: true,
      policy: { module, question, data: policyData, inputPaths },
      files: loaded.files,
      opa: 'path' in found ? found.path : null,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function diagnosticsOf({ errors }: PolicyFailure): PolicyDiagnostic[] {
  return errors.map((error) => ({ ...error, severity: 'error', kind: 'compile' }));
}
