// Reads a YAML file into a plain tree that remembers on which line each key stands.
import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { ConfigError } from '../errors.ts';
import { isTree, type KeyPath, type Tree, withoutNulls } from './tree.ts';

export interface YamlFile {
  readonly tree: Tree;
  /** The line of the key, or of the nearest one above it that is there; null where nothing of it is. */
  readonly lineOf: (path: KeyPath) => number | null;
}

/** @throws ConfigError where the file can't be read or is not YAML; never quotes what stands in it. */
export function readYamlFile(file: string): YamlFile {
  const lines = new LineCounter();
  // Pretty errors would quote lines of the file, and secrets with them.
  const document = parseDocument(readText(file), {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ConfigError(`${file}:${lines.linePos(error.pos[0]).line}: not valid YAML: ${reasonOf(error)}`);
  }

  const lineOfKey = new Map<string, number>();
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range == null) return;
      const keys = [...ancestors, pair]
        .filter(isPair)
        .map(({ key }) => (isScalar(key) ? String(key.value) : ''));
      lineOfKey.set(JSON.stringify(keys), lines.linePos(pair.key.range[0]).line);
    },
  });

  const tree = toTree(file, () => document.toJS() as unknown, isMap(document.contents));
  return {
    tree,
    lineOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const line = lineOfKey.get(JSON.stringify(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return null;
    },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const known: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a folder, expected a YAML file',
      EACCES: 'this file may not be read: check its permissions',
    };
    throw new ConfigError(`${file}: ${known[code] ?? `can not be read (${code})`}`, { cause: error });
  }
}

function toTree(file: string, read: () => unknown, hasKeys: boolean): Tree {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    throw new ConfigError(
      `${file}: not valid YAML: an alias (*name) without its anchor (&name), or far too many of them`,
      { cause: error },
    );
  }
  if (value === null || value === undefined) return {};
  if (!hasKeys || !isTree(value)) {
    throw new ConfigError(`${file}: expected sections with keys, such as "server:", found something else`);
  }
  return withoutNulls(value);
}

/** The parser's words; what it quotes of the file comes after a colon. */
function reasonOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---), expected one';
  return message.replace(/: .*$/su, '');
}
