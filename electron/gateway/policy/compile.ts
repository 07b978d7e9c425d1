// Compiles policy sources to WebAssembly with the OPA program.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerModule, attemptsFor } from './entrypoints.ts';
import { inputPathsIn } from './input-paths.ts';
import { checkSources, dialects, type Dialect } from './opa-check.ts';
import type { Opa } from './opa.ts';
import { failed, type Loaded, type PolicyError } from './policy-failure.ts';
import { withCopies } from './scratch-folder.ts';
import type { PolicySource } from './sources.ts';

/**
 * @returns the bundle as OPA wrote it, or what is wrong with the sources and where. Rejects where OPA can't be run.
 * The sources are compiled from a copy, so that what is compiled is what was read and hashed.
 */
export function compilePolicies(
  opa: Opa,
  files: readonly PolicySource[],
): Promise<Loaded<Uint8Array<ArrayBuffer>>> {
  return withCopies(files, async ({ folder, sources }) => {
    await writeFile(join(folder, 'answer.rego'), answerModule);
    return await compileIn(opa, folder, sources, files);
  });
}

async function compileIn(
  opa: Opa,
  folder: string,
  sources: string,
  files: readonly PolicySource[],
): Promise<Loaded<Uint8Array<ArrayBuffer>>> {
  const bundle = join(folder, 'bundle.tar.gz');
  const facts = join(folder, 'facts.json');
  const complaints: string[] = [];
  for (const dialect of dialects) {
    await writeFile(facts, JSON.stringify(await bundleFacts(opa, sources, files, dialect)));
    for (const attempt of attemptsFor(files.map(({ text }) => text))) {
      const asked = attempt.entrypoints.flatMap((name) => ['--entrypoint', name]);
      const paths = ['.', '../facts.json', ...(attempt.withAnswer ? ['../answer.rego'] : [])];
      const args = ['build', '--target', 'wasm', ...dialect, ...asked, '--output', bundle, ...paths];
      const built = await opa.run(args, sources);
      if (built.ok) return { ok: true, value: Uint8Array.from(await readFile(bundle)) };
      if (!lacksEntrypoint(built.output)) {
        complaints.push(built.output);
        break;
      }
    }
  }
  if (complaints.length < dialects.length) {
    return failed('No file declares the rule decision, allow, deny or violations in package mcp.policy');
  }
  return { ok: false, failure: { errors: await findErrors(opa, sources, complaints) } };
}

/** Goes into the bundle as its data: what is found out about the sources is kept with what is made of them. */
async function bundleFacts(
  opa: Opa,
  sources: string,
  files: readonly PolicySource[],
  dialect: Dialect,
): Promise<object> {
  const trees: unknown[] = [];
  try {
    for (const { name } of files) {
      const parsed = await opa.run(['parse', '--format', 'json', ...dialect, `./${name}`], sources);
      // The build will fail over this file too, and say why.
      if (!parsed.ok) return {};
      trees.push(JSON.parse(parsed.output));
    }
  } catch {
    // A file whose tree is too large to be read: nothing is known of such policies, and they work all the same.
    return {};
  }
  return { mcp_proxy: { input_paths: inputPathsIn(trees) } };
}

function lacksEntrypoint(complaint: string): boolean {
  return complaint.includes('does not refer to a rule');
}

/**
 * Sources are wrong in both dialects, but were written in one: the one with fewer errors, or v1.
 * @param complaints what the builds said, for what `opa check` does not see
 */
async function findErrors(
  opa: Opa,
  sources: string,
  [v1Complaint = '', v0Complaint = '']: readonly string[],
): Promise<[PolicyError, ...PolicyError[]]> {
  const [v1 = [], v0 = []] = await Promise.all(
    dialects.map((dialect) => checkSources(opa, sources, dialect)),
  );
  const [errors, complaint] = v0.length < v1.length ? [v0, v0Complaint] : [v1, v1Complaint];
  const [first, ...rest] = errors;
  if (first !== undefined) return [first, ...rest];
  return [{ file: null, line: null, column: null, message: complaint.replace(/^error: /u, '').trim() }];
}
