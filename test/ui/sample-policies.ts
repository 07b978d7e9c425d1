// A policy folder behind the fake api: files that are read, saved, checked and put back as the gateway does it.
import type {
  PolicyCheck,
  PolicyDiagnostic,
  PolicyFolder,
  PolicyVersion,
} from '../../electron/shared/policy-editing.ts';
import type { Answers } from './fake-api.ts';

export const hashOf = (text: string) => `hash of ${text}`;

export interface SampleFolder {
  /** What lies on disk, by its name; to be changed as another program would. */
  readonly disk: Map<string, string>;
  /** Unsaved edits that were kept. */
  drafts: { name: string; text: string | null; base: string | null }[];
  readonly versions: PolicyVersion[];
  readonly answers: Answers;
}

/** A text is wrong where it holds the word `wrong`. */
export function sampleFolder(files: Readonly<Record<string, string>> = sampleFiles): SampleFolder {
  const disk = new Map(Object.entries(files));
  const kept = new Map<number, Map<string, string>>();
  const versions: PolicyVersion[] = [];
  const folder: SampleFolder = {
    disk,
    drafts: [],
    versions,
    answers: {
      'policy.read': () => ({
        source: '/policies',
        files: [],
        entrypoint: 'mcp/policy/decision',
        problem: null,
        diagnostics: [],
        version: versions.find(({ inForce }) => inForce)?.id ?? null,
        bundle: null,
      }),
      'policy.files': () => read(disk),
      'policy.updates': () => [],
      'policy.history': () => ({ versions: [...versions], more: false }),
      'policy.version': ({ id }) => {
        const version = versions.find((one) => one.id === id);
        const texts = kept.get(id);
        if (version === undefined || texts === undefined) return null;
        return { version, files: [...texts].map(([name, text]) => ({ name, text })) };
      },
      'policy.check': ({ files: changes }) => check(laidOver(disk, changes)),
      'policy.save': ({ files: changes, note = '' }) => {
        const moved = changes.filter(({ name, base }) => base !== hashOrNull(disk.get(name)));
        if (moved.length > 0) {
          const files = moved.map(({ name }) => ({
            name,
            text: disk.get(name) ?? null,
            hash: hashOrNull(disk.get(name)),
          }));
          return { outcome: 'conflict', files };
        }
        const next = laidOver(disk, changes);
        const checked = check(next);
        if (!checked.ok) return { outcome: 'refused', check: checked };
        put(next);
        return { outcome: 'saved', version: record('window', note), check: checked };
      },
      'policy.rollback': ({ id }) => {
        put(kept.get(id) ?? new Map());
        return { outcome: 'saved', version: record('rollback', ''), check: check(disk) };
      },
      'drafts.read': () => folder.drafts,
      'drafts.write': (drafts) => {
        folder.drafts = drafts;
      },
    },
  };

  function put(next: ReadonlyMap<string, string>): void {
    const texts = [...next];
    disk.clear();
    for (const [name, text] of texts) disk.set(name, text);
  }

  function record(by: PolicyVersion['by'], note: string): number {
    const id = versions.length + 1;
    kept.set(id, new Map(disk));
    for (const [index, version] of versions.entries()) versions[index] = { ...version, inForce: false };
    const about = {
      hash: hashOf(JSON.stringify([...disk])),
      wasInForce: true,
      inForce: true,
      heldBack: null,
    };
    versions.unshift({ id, at: Date.UTC(2026, 10, 21, 12, id), by, note, ...about, files: [] });
    return id;
  }

  record('shipped', '');
  return folder;
}

export const sampleFiles = {
  'ask.rego': 'package mcp.policy\n\ndefault ask := false\n',
  'ask_test.rego': 'package mcp.policy_test\n',
  'policy_data.json': '{"blocked_tools": []}\n',
};

const hashOrNull = (text: string | undefined) => (text === undefined ? null : hashOf(text));

function read(disk: ReadonlyMap<string, string>): PolicyFolder {
  const kindOf = (name: string) =>
    name.endsWith('.json') ? 'data' : name.endsWith('_test.rego') ? 'test' : 'policy';
  const files = [...disk].map(
    ([name, text]) => ({ name, kind: kindOf(name), text, hash: hashOf(text) }) as const,
  );
  return { folder: '/policies', dataName: 'policy_data.json', watched: true, files, fixed: [] };
}

function laidOver(
  disk: ReadonlyMap<string, string>,
  changes: readonly { name: string; text: string | null }[],
): Map<string, string> {
  const next = new Map(disk);
  for (const { name, text } of changes) {
    if (text === null) next.delete(name);
    else next.set(name, text);
  }
  return next;
}

function check(files: ReadonlyMap<string, string>): PolicyCheck {
  const diagnostics: PolicyDiagnostic[] = [];
  for (const [file, text] of files) {
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.includes('wrong'));
    if (line === -1) continue;
    const column = (lines[line] ?? '').indexOf('wrong') + 1;
    const at = { file, line: line + 1, column };
    diagnostics.push({ ...at, severity: 'error', kind: 'compile', message: 'var wrong is unsafe' });
  }
  const ok = diagnostics.length === 0;
  return { ok, diagnostics, tests: ok ? { passed: 1, failed: 0 } : null };
}
