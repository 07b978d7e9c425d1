// A policy file in lines and pieces, so that comments, strings and keywords can be told apart by eye.

export interface Piece {
  readonly kind: 'plain' | 'comment' | 'string' | 'keyword';
  readonly text: string;
}

// Strings first: a # inside one starts no comment. Raw strings (`…`) are taken within their line.
const regoPieces =
  /(?<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<comment>#.*)|(?<keyword>\b(?:package|import|default|if|else|contains|every|some|in|not|with|as|true|false|null)\b)/g;

/** Pieces of each line; joined again they are the text. Files that are not Rego are left plain. */
export function policyLines(text: string, rego: boolean): Piece[][] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  return lines.map((line) => (rego ? regoLine(line) : [{ kind: 'plain', text: line }]));
}

function regoLine(line: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of line.matchAll(regoPieces)) {
    if (match.index > at) pieces.push({ kind: 'plain', text: line.slice(at, match.index) });
    pieces.push({ kind: kindOf(match.groups), text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < line.length) pieces.push({ kind: 'plain', text: line.slice(at) });
  return pieces;
}

function kindOf(
  groups: Partial<Record<'comment' | 'string' | 'keyword', string>> | undefined,
): Piece['kind'] {
  if (groups?.comment !== undefined) return 'comment';
  return groups?.string === undefined ? 'keyword' : 'string';
}
