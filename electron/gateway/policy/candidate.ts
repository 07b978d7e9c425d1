// A policy that somebody works on: the files on disk with changes laid over them, which nobody has saved yet.
import { basename } from 'node:path';
import type { PolicyChange, PolicyDiagnostic } from '../../shared/policy-editing.ts';
import type { Logger } from '../ports.ts';
import { loadPolicy, type LoadedPolicy, type PolicyPlaces } from './load.ts';
import { findOpa, type Opa } from './opa.ts';
import { overlay } from './overlay.ts';
import type { PolicyFailure } from './policy-failure.ts';
import { dataFileOf, readPolicyFolder } from './policy-folder.ts';
import type { PolicySource } from './sources.ts';

/** What can be sent to another thread of a policy that was seen to load. */
export type SendablePolicy = Pick<LoadedPolicy, 'module' | 'question' | 'data' | 'inputPaths'>;

export type Candidate =
  | {
      readonly ok: true;
      readonly policy: SendablePolicy;
      /** Rules, and the data last where there is any. */
      readonly files: readonly PolicySource[];
      /** The program OPA; null where there is none, and these files were compiled before. */
      readonly opa: Opa | null;
    }
  | { readonly ok: false; readonly failure: PolicyFailure };

/** Rejects only where the disk or OPA fail in ways that nobody foresees, and where a change is of no policy file. */
export async function loadCandidate(
  places: PolicyPlaces,
  changes: readonly PolicyChange[],
  logger: Logger,
): Promise<Candidate> {
  const found = await readPolicyFolder(places);
  // Files that can't be read may be what the changes put right.
  const files = overlay(found.ok ? found.value.files : [], changes, basename(dataFileOf(places)));
  const loaded = await loadPolicy(files, places, logger, { keep: false });
  if (!loaded.ok) return { ok: false, failure: loaded.failure };
  const { module, question, data, inputPaths } = loaded.value;
  const opa = await findOpa(places.opa);
  return {
    ok: true,
    policy: { module, question, data, inputPaths },
    files: loaded.value.files,
    opa: 'missing' in opa ? null : opa,
  };
}

export function diagnosticsOf({ errors }: PolicyFailure): PolicyDiagnostic[] {
  return errors.map((error) => ({ ...error, severity: 'error', kind: 'compile' }));
}
