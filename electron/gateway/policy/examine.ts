// Finds out whether policy files could be in force: what is wrong with them, and where.
import type { PolicyCheck, PolicyDiagnostic } from '../../shared/policy-editing.ts';
import type { Logger } from '../ports.ts';
import { countingBeside, type SetAside } from './bundles/beside-bundle.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import { writtenInRego } from './json-policies/read.ts';
import { loadPolicy, type PolicyPlaces, type LoadedPolicy } from './load.ts';
import { checkSources, likelyDialect } from './opa-check.ts';
import { failedTests, runPolicyTests } from './opa-test.ts';
import { findOpa, type Opa } from './opa.ts';
import { parsePolicyData } from './policy-data.ts';
import { diagnose, type PolicyError } from './policy-failure.ts';
import type { FolderFile } from './policy-folder.ts';
import { withCopies } from './scratch-folder.ts';
import type { PolicySource } from './sources.ts';

export interface ExaminerOptions {
  readonly places: PolicyPlaces;
  /** JSON schema of the input, as a path. */
  readonly schema: string;
  /** What the policy takes too long over, in words; null where it is quick enough. */
  readonly tooSlow: (policy: LoadedPolicy) => Promise<string | null>;
  readonly logger: Logger;
}

export interface Examined {
  readonly check: PolicyCheck;
  /** Null where they can't be in force. */
  readonly policy: LoadedPolicy | null;
}

export interface Examiner {
  /** All that an edit has to pass before it is in force. */
  wholly(files: readonly FolderFile[], schemaCounts: SchemaCounts): Promise<Examined>;
  /** The same but for the time limit, and nothing is kept of it: for files that are being edited. */
  asDraft(files: readonly FolderFile[], edited: readonly string[]): Promise<PolicyCheck>;
  /** For files that passed before. */
  again(files: readonly FolderFile[]): Promise<Examined>;
}

/**
 * Whether it is an error to read what no input has. It is while a file is edited here; a policy that came from
 * elsewhere may read what another proxy has, and gets a warning.
 */
export type SchemaCounts = (file: string | null) => boolean;

/** For files that came from elsewhere, all of them. */
export const errorNowhere: SchemaCounts = () => false;

export function createExaminer({ places, schema, tooSlow, logger }: ExaminerOptions): Examiner {
  async function load(files: readonly FolderFile[], keep: boolean): Promise<Examined> {
    try {
      const loaded = await loadPolicy(files, places, logger, { keep });
      if (loaded.ok) return passed(loaded.value, [], null);
      return refused(
        loaded.failure.errors.flatMap((error) => {
          const kind = files.find(({ name }) => name === error.file)?.kind;
          return diagnose([error], kind === 'data' || kind === 'json' ? kind : 'compile');
        }),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refused(diagnose([{ file: null, line: null, column: null, message }], 'compile'));
    }
  }

  async function test(opa: Opa, files: readonly FolderFile[]) {
    if (!files.some(({ kind }) => kind === 'test')) return { tests: null, diagnostics: [] };
    const { results, diagnostics } = await runPolicyTests(opa, regoAmong(files), { coverage: false });
    const failures = failedTests(results);
    const counted = results.filter(({ outcome }) => outcome !== 'skipped').length;
    return {
      tests: diagnostics.length > 0 ? null : { passed: counted - failures.length, failed: failures.length },
      diagnostics: [...diagnostics, ...failures],
    };
  }

  async function examine(
    all: readonly FolderFile[],
    schemaCounts: SchemaCounts,
    { keep, claimCounts }: { readonly keep: boolean; readonly claimCounts: SchemaCounts },
  ): Promise<Examined> {
    const opa = await findOpa(places.opa);
    const { files, setAside } = countingBeside(all);
    // Data is looked at even where the rules are wrong: both are edited at once.
    const found = [
      ...claimDiagnostics(setAside, claimCounts),
      ...jsonDiagnostics(files),
      ...dataDiagnostics(files),
    ];
    if ('missing' in opa) {
      // Without OPA only what was compiled before can be in force, and tests can't be run.
      return load(all, keep);
    }
    const checked = await checkAgainst(opa, regoAmong(files), schema, schemaCounts);
    const wrong = [...checked, ...found].filter(({ severity }) => severity === 'error');
    if (wrong.length > 0) return refused([...checked, ...found]);
    const [loaded, tested] = await Promise.all([load(all, keep), test(opa, files)]);
    const diagnostics = [...found, ...checked, ...loaded.check.diagnostics, ...tested.diagnostics];
    if (loaded.policy === null || diagnostics.some(({ severity }) => severity === 'error'))
      return { policy: null, check: { ok: false, diagnostics, tests: tested.tests } };
    return passed(loaded.policy, diagnostics, tested.tests);
  }

  return {
    async wholly(files, schemaCounts) {
      const examined = await examine(files, schemaCounts, { keep: true, claimCounts: schemaCounts });
      if (examined.policy === null) return examined;
      const why = await tooSlow(examined.policy);
      if (why === null) return examined;
      const { diagnostics, tests } = examined.check;
      const slow = diagnose(
        [{ file: null, line: null, column: null, message: `The policy is too slow: ${why}` }],
        'time',
      );
      return { policy: null, check: { ok: false, diagnostics: [...diagnostics, ...slow], tests } };
    },
    async asDraft(files, edited) {
      const ofThisFolder: SchemaCounts = (file) => file === null || !isOfBundle(file);
      const claimCounts: SchemaCounts = (file) => file !== null && edited.includes(file);
      return (await examine(files, ofThisFolder, { keep: false, claimCounts })).check;
    },
    again: (files) => load(files, true),
  };
}

/** Rules and tests; JSON policies among them as Rego, so that tests can be written for them as well. */
export function regoAmong(files: readonly FolderFile[]): PolicySource[] {
  const ofKind = (wanted: FolderFile['kind']) => files.filter(({ kind }) => kind === wanted);
  const rules = ofKind('policy');
  const written = writtenInRego([...rules, ...ofKind('json')]);
  return [...(written.ok ? written.value : rules), ...ofKind('test')];
}

function jsonDiagnostics(files: readonly FolderFile[]): PolicyDiagnostic[] {
  const written = writtenInRego(files.filter(({ kind }) => kind === 'policy' || kind === 'json'));
  return written.ok ? [] : diagnose(written.failure.errors, 'json');
}

/** An edit that would have no effect is an error; what lies there beside a bundle is told, unless it is to be expected. */
function claimDiagnostics(setAside: readonly SetAside[], counts: SchemaCounts): PolicyDiagnostic[] {
  return setAside
    .filter(({ name, isExpected }) => !isExpected || counts(name))
    .flatMap(({ name, kind, why }) =>
      diagnose(
        [{ file: name, line: null, column: null, message: why }],
        'bundle',
        // What is left of data counts.
        counts(name) && kind !== 'data' ? 'error' : 'warning',
      ),
    );
}

/** What OPA says of the files, with and without knowing what an input holds: the difference is the schema's. */
function checkAgainst(
  opa: Opa,
  files: readonly PolicySource[],
  schema: string,
  schemaCounts: SchemaCounts,
): Promise<PolicyDiagnostic[]> {
  return withCopies(files, async ({ sources }) => {
    const dialect = await likelyDialect(opa, sources);
    const strict = await checkSources(opa, sources, dialect, schema);
    if (strict.length === 0) return [];
    const errors = await checkSources(opa, sources, dialect);
    const known = new Set(errors.map(placeOf));
    const ofSchema = strict.filter((error) => !known.has(placeOf(error)));
    return [
      ...diagnose(errors, 'compile'),
      ...ofSchema.flatMap((error) =>
        diagnose([error], 'schema', schemaCounts(error.file) ? 'error' : 'warning'),
      ),
    ];
  });
}

function placeOf({ file, line, column, message }: PolicyError): string {
  return JSON.stringify([file, line, column, message]);
}

function dataDiagnostics(files: readonly FolderFile[]): PolicyDiagnostic[] {
  return files
    .filter(({ kind }) => kind === 'data')
    .flatMap(({ name, text }) => {
      const parsed = parsePolicyData(name, text);
      return parsed.ok ? [] : diagnose(parsed.failure.errors, 'data');
    });
}

function passed(
  policy: LoadedPolicy,
  diagnostics: PolicyDiagnostic[],
  tests: PolicyCheck['tests'],
): Examined {
  return { policy, check: { ok: true, diagnostics, tests } };
}

function refused(diagnostics: PolicyDiagnostic[]): Examined {
  return { policy: null, check: { ok: false, diagnostics, tests: null } };
}
