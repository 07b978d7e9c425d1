// From policy files to a policy that can be evaluated: look among the compiled ones, else compile, try.
import type { Logger } from '../ports.ts';
import { refusal } from './builtins/refused.ts';
import { createBundleCache } from './bundle-cache.ts';
import { countingBeside } from './bundles/beside-bundle.ts';
import { readBundle, type PolicyBundle } from './bundle.ts';
import { compilePolicies } from './compile.ts';
import type { Question } from './entrypoints.ts';
import type { InputPath } from './input-paths.ts';
import { foresee, type Foreseeable } from './listed.ts';
import { findOpa, type OpaPlaces } from './opa.ts';
import { parsePolicyData, type PolicyData } from './policy-data.ts';
import { failed, type Loaded, type PolicyError } from './policy-failure.ts';
import { createProjection, type Projection } from './projection.ts';
import type { FolderFile, PolicyPlace } from './policy-folder.ts';
import { sourcesAmong, type PolicySource, type PolicySources } from './sources.ts';
import { instantiatePolicy } from './wasm-policy.ts';

export interface PolicyPlaces extends PolicyPlace {
  readonly opa: OpaPlaces;
  /** Where the build put the compiled shipped policies; null where it did not. */
  readonly precompiledDir: string | null;
  /** Where compiled policies are kept; made where it is missing. */
  readonly cacheDir: string;
}

/** A policy that was seen to load. */
export interface LoadedPolicy {
  /** Its rules, those of JSON policies as Rego, and its data last where there is any. */
  readonly files: readonly PolicySource[];
  readonly module: WebAssembly.Module;
  readonly question: Question;
  readonly data: object;
  /** What of the input it can see; null where that is not known. */
  readonly inputPaths: readonly InputPath[] | null;
  readonly project: Projection;
  readonly foreseeable: Foreseeable;
}

/**
 * Rejects only where the disk or OPA fail in ways that nobody foresees.
 * @param files as they lie in the policy folder, and those of a bundle
 * @param keep whether what has to be compiled is kept for the next time
 */
export async function loadPolicy(
  files: readonly FolderFile[],
  places: PolicyPlaces,
  logger: Logger,
  { keep }: { readonly keep: boolean },
): Promise<Loaded<LoadedPolicy>> {
  const { files: counting, setAside } = countingBeside(files);
  const rules = counting.filter(({ kind }) => kind === 'policy' || kind === 'json');
  const jsonExpected = places.jsonPolicyDir !== null && !setAside.some(({ kind }) => kind === 'json');
  const sources = sourcesAmong(rules, places.policyDir, { jsonExpected });
  if (!sources.ok) return sources;
  const dataFile = counting.find(({ kind }) => kind === 'data');
  const data = dataFile === undefined ? null : parsePolicyData(dataFile.name, dataFile.text);
  if (data?.ok === false) return data;
  const bundle = await findOrCompile(sources.value, places, logger, keep);
  if (!bundle.ok) return bundle;
  return await tryOut(bundle.value, data?.value ?? null, sources.value.files);
}

async function findOrCompile(
  { files, hash }: PolicySources,
  places: PolicyPlaces,
  logger: Logger,
  keep: boolean,
): Promise<Loaded<PolicyBundle>> {
  const cache = createBundleCache(places.cacheDir, places.precompiledDir, logger);
  const known = await cache.find(hash);
  if (known !== null) return { ok: true, value: known };
  const opa = await findOpa(places.opa);
  if ('missing' in opa) {
    return failed(
      `${opa.missing}. The shipped policies work without it, other policies need it: put \`opa\` ` +
        '(https://www.openpolicyagent.org) on PATH, or its path into MCP_OPA_PATH',
    );
  }
  const compiled = await compilePolicies(opa, files);
  if (!compiled.ok) return compiled;
  if (keep) await cache.store(hash, compiled.value);
  logger.info('policy_compiled', { files: files.length, hash });
  return { ok: true, value: readBundle(compiled.value) };
}

/** Makes one instance, so that what can't be evaluated is known now and not at the first call. */
async function tryOut(
  { wasm, question, inputPaths }: PolicyBundle,
  policyData: PolicyData | null,
  files: readonly PolicySource[],
): Promise<Loaded<LoadedPolicy>> {
  const data = policyData?.data ?? {};
  // Away from this thread, which has calls to decide.
  const module = await WebAssembly.compile(wasm);
  const { missingBuiltins, readsClock } = instantiatePolicy(module, data);
  const [first, ...rest] = missingBuiltins.map((name) => locate(name, files));
  if (first !== undefined) return { ok: false, failure: { errors: [first, ...rest] } };
  const project = createProjection(inputPaths);
  const foreseeable = foresee(inputPaths, readsClock);
  const inForce = [
    ...files.map(({ name, text }) => ({ name, text })),
    ...(policyData === null ? [] : [{ name: policyData.name, text: policyData.text }]),
  ];
  return { ok: true, value: { files: inForce, module, question, data, inputPaths, project, foreseeable } };
}

/** OPA compiles calls of any builtin; where it stands is looked up in the text. */
function locate(builtin: string, files: readonly PolicySource[]): PolicyError {
  const message = refusal(builtin);
  for (const { name, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      const column = line.indexOf(`${builtin}(`);
      const comment = line.indexOf('#');
      if (column < 0 || (comment >= 0 && comment < column)) continue;
      return { file: name, line: index + 1, column: column + 1, message };
    }
  }
  return { file: null, line: null, column: null, message };
}
