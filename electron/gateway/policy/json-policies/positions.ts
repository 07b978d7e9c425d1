// Where in a text of JSON something stands, for whoever has to put it right there.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * @param path keys and indexes from the outside; where something of it is not there, the nearest that is counts
 */
export function positionOf(json: string, path: readonly PropertyKey[]): Position {
  const lines = new LineCounter();
  // JSON is YAML as well, and this parser remembers where everything stood.
  const { contents } = parseDocument(json, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  let node: unknown = contents;
  let start = startOf(contents);
  for (const step of path) {
    const found = member(node, String(step));
    if (found === null) break;
    node = found.value;
    start = found.start ?? start;
  }
  const { line, col } = lines.linePos(start ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where `JSON.parse` could not go on; the end of the text where it does not say. */
export function positionOfSyntaxError(json: string, message: string): Position {
  const told = /\(line (\d+) column (\d+)\)/u.exec(message);
  if (told !== null) return { line: Number(told[1]), column: Number(told[2]) };
  const rows = json.trimEnd().split('\n');
  return { line: rows.length, column: (rows.at(-1) ?? '').length + 1 };
}

function member(node: unknown, step: string): { value: unknown; start: number | null } | null {
  if (isSeq(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? null : { value, start: startOf(value as Node) };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
  return pair === undefined ? null : { value: pair.value, start: startOf(pair.key as Node) };
}

function startOf(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}
