// A call's arguments as a tree to be shown, its numbers as they were written.

/** `key` is null at the root and in arrays. */
export type ArgumentNode =
  | {
      readonly kind: 'object' | 'array';
      readonly key: string | null;
      readonly entries: readonly ArgumentNode[];
    }
  | {
      readonly kind: 'string';
      readonly key: string | null;
      readonly text: string;
      readonly mark: ArgumentMark | null;
    }
  | { readonly kind: 'literal'; readonly key: string | null; readonly text: string };

/** What a string looks like, where that matters to whoever decides. */
export type ArgumentMark = 'path' | 'URL' | 'command' | 'secret';

/** A number as it was written: a big integer would lose its last digits as a JavaScript number. */
class WrittenNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** @returns null where the text is not JSON. */
export function argumentTree(json: string): ArgumentNode | null {
  const parsed = parse(json);
  return parsed === null ? null : nodeOf(null, parsed.value);
}

/** JSON text with line breaks and indentation, its numbers as they were written; the text itself if it is not JSON. */
export function indentedJson(json: string): string {
  const tree = argumentTree(json);
  return tree === null ? json : indented(tree, '');
}

/**
 * The same tree without what has nothing to do with what somebody looks for, in names or values, whatever its case.
 * @returns null where nothing has.
 */
export function foundIn(node: ArgumentNode, find: string): ArgumentNode | null {
  const wanted = find.toLowerCase();
  if (node.key?.toLowerCase().includes(wanted) === true) return node;
  if ('text' in node) return node.text.toLowerCase().includes(wanted) ? node : null;
  const entries = node.entries.map((entry) => foundIn(entry, find)).filter((entry) => entry !== null);
  return entries.length === 0 ? null : { ...node, entries };
}

/** How many values there are at the ends of its branches. */
export function leavesOf(node: ArgumentNode): number {
  if ('text' in node) return 1;
  return node.entries.reduce((sum, entry) => sum + leavesOf(entry), 0);
}

/** The top-level strings, for sentences. */
export function stringArguments(json: string | null): Map<string, string> {
  const value = json === null ? null : (parse(json)?.value ?? null);
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function parse(json: string): { value: unknown } | null {
  // `context.source` is the text of a number (ECMAScript 2026, JSON.parse source text access).
  const keepNumbers = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? new WrittenNumber(context.source) : value;
  try {
    return { value: JSON.parse(json, keepNumbers) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function nodeOf(key: string | null, value: unknown): ArgumentNode {
  if (typeof value === 'string') return { kind: 'string', key, text: value, mark: markOf(key, value) };
  if (value instanceof WrittenNumber) return { kind: 'literal', key, text: value.source };
  if (Array.isArray(value)) return { kind: 'array', key, entries: value.map((item) => nodeOf(null, item)) };
  if (typeof value === 'object' && value !== null) {
    return { kind: 'object', key, entries: Object.entries(value).map(([name, item]) => nodeOf(name, item)) };
  }
  return { kind: 'literal', key, text: String(value) };
}

const commandKeys = new Set(['command', 'cmd', 'script', 'shell', 'code', 'sql']);
/** Words that names of secrets are made of. */
const secretKey = /pass(?:word|phrase|wd)|secret|token|api_?key|credential|authorization|private_?key/i;
const urlPattern = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i;
const pathPattern = /^(?:~|\.{1,2})?\/\S|^[a-z]:[\\/]|^\\\\\S/i;

function markOf(key: string | null, text: string): ArgumentMark | null {
  if (key !== null && commandKeys.has(key.toLowerCase())) return 'command';
  if (key !== null && secretKey.test(key) && text !== '') return 'secret';
  if (urlPattern.test(text)) return 'URL';
  return pathPattern.test(text) && !text.includes('\n') ? 'path' : null;
}

function indented(node: ArgumentNode, margin: string): string {
  if (node.kind === 'literal') return node.text;
  if (node.kind === 'string') return JSON.stringify(node.text);
  const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
  if (node.entries.length === 0) return open + close;
  const inner = `${margin}  `;
  const lines = node.entries.map((entry) => {
    const name = entry.key === null ? '' : `${JSON.stringify(entry.key)}: `;
    return inner + name + indented(entry, inner);
  });
  return `${open}\n${lines.join(',\n')}\n${margin}${close}`;
}
