// From a policy folder to a policy that can be evaluated: read, look among the compiled ones, else compile, try.
import type { Logger } from '../ports.ts';
import { refusal } from './builtins/refused.ts';
import { createBundleCache } from './bundle-cache.ts';
import { readBundle, type PolicyBundle } from './bundle.ts';
import { compilePolicies } from './compile.ts';
import type { Question } from './entrypoints.ts';
import type { InputPath } from './input-paths.ts';
import { foresee, type Foreseeable } from './listed.ts';
import { findOpa, type OpaPlaces } from './opa.ts';
import { readPolicyData, type PolicyData } from './policy-data.ts';
import { failed, type Loaded, type PolicyError } from './policy-failure.ts';
import { createProjection, type Projection } from './projection.ts';
import { readSources, type PolicySource, type PolicySources } from './sources.ts';
import { instantiatePolicy } from './wasm-policy.ts';

export interface PolicyPlaces {
  readonly policyDir: string;
  /** JSON policies that are in force beside these; null where there are none. */
  readonly jsonPolicyDir: string | null;
  /** policy_data.json; null where policies see no data. */
  readonly dataFile: string | null;
  readonly opa: OpaPlaces;
  /** Where the build put the compiled shipped policies; null where it did not. */
  readonly precompiledDir: string | null;
  /** Where compiled policies are kept; made where it is missing. */
  readonly cacheDir: string;
}

/** A policy that was seen to load. */
export interface LoadedPolicy {
  readonly module: WebAssembly.Module;
  readonly question: Question;
  readonly data: object;
  /** What of the input it can see; null where that is not known. */
  readonly inputPaths: readonly InputPath[] | null;
  readonly project: Projection;
  readonly foreseeable: Foreseeable;
}

/** What was read, also where it can't be used: the window shows it. */
export interface PolicyLoad {
  readonly files: readonly PolicySource[];
  readonly policy: Loaded<LoadedPolicy>;
}

/** Rejects only where the disk or OPA fail in ways that nobody foresees. */
export async function loadPolicy(places: PolicyPlaces, logger: Logger): Promise<PolicyLoad> {
  const [sources, data] = await Promise.all([
    readSources(places.policyDir, places.jsonPolicyDir),
    readPolicyData(places.dataFile),
  ]);
  if (!sources.ok) return { files: [], policy: sources };
  const files = [...sources.value.files];
  if (!data.ok) return { files, policy: data };
  if (data.value !== null) files.push({ name: data.value.name, text: data.value.text });
  const bundle = await findOrCompile(sources.value, places, logger);
  if (!bundle.ok) return { files, policy: bundle };
  return { files, policy: tryOut(bundle.value, data.value, sources.value.files) };
}

async function findOrCompile(
  { files, hash }: PolicySources,
  places: PolicyPlaces,
  logger: Logger,
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
  const compiled = await compilePolicies(opa.path, files);
  if (!compiled.ok) return compiled;
  await cache.store(hash, compiled.value);
  logger.info('policy_compiled', { files: files.length, hash });
  return { ok: true, value: readBundle(compiled.value) };
}

/** Makes one instance, so that what can't be evaluated is known now and not at the first call. */
function tryOut(
  { wasm, question, inputPaths }: PolicyBundle,
  policyData: PolicyData | null,
  files: readonly PolicySource[],
): Loaded<LoadedPolicy> {
  const data = policyData?.data ?? {};
  const module = new WebAssembly.Module(wasm);
  const { missingBuiltins, readsClock } = instantiatePolicy(module, data);
  const [first, ...rest] = missingBuiltins.map((name) => locate(name, files));
  if (first !== undefined) return { ok: false, failure: { errors: [first, ...rest] } };
  const project = createProjection(inputPaths);
  const foreseeable = foresee(inputPaths, readsClock);
  return { ok: true, value: { module, question, data, inputPaths, project, foreseeable } };
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
