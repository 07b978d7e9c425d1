// Says where in file or environment something stands, and what was found there, without telling secrets.
import { type KeyPath, type Tree, valueAt } from './tree.ts';

/** Keys whose values (or what lies below them) may hold passwords and tokens. */
const mayHoldSecrets = new Set(['env', 'args', 'url', 'headers', 'token_hash', 'token', 'key']);

const longestQuote = 60;

export interface Source {
  /** The file's name as it was given; null where there is none. */
  readonly file: string | null;
  readonly tree: Tree;
  readonly lineOf: (path: KeyPath) => number | null;
  /** The variable that set a key, by the key. */
  readonly setBy: ReadonlyMap<string, string>;
}

/** `proxy.yaml:12: server.listen.port: expected …, found "abc"`, or the variable in place of file and line. */
export function mismatch(source: Source, path: KeyPath, expected: string, found?: string): string {
  const shown = found ?? describe(path, valueAt(source.tree, path));
  return `${place(source, path)}: expected ${expected}, found ${shown}`;
}

/** Where a key stands, and the key. */
export function place({ file, lineOf, setBy }: Source, path: KeyPath): string {
  const key = path.join('.');
  const variable = setBy.get(key);
  if (variable !== undefined) return `${variable} (${key})`;
  const line = lineOf(path);
  return [file, line].filter((part) => part !== null).join(':') + `: ${key}`;
}

function describe(path: KeyPath, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  if (path.some((key) => mayHoldSecrets.has(key)))
    return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
  const quoted = JSON.stringify(value);
  return quoted.length <= longestQuote ? quoted : `${quoted.slice(0, longestQuote)}…`;
}
