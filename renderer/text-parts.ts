// Text of strangers, cut where something in it matters to whoever decides: secrets, URLs, paths, hidden characters.
import { hiddenCharacters, visibleText } from './visible-text.ts';

export type PartKind = 'plain' | 'hidden' | 'secret' | 'URL' | 'path' | 'found';

export interface TextPart {
  readonly kind: PartKind;
  /** As it is to be shown. */
  readonly text: string;
}

/** In texts longer than this, in UTF-16 units, nothing but hidden characters is looked for. */
const longestMarked = 50_000;

/** Tokens whose form says what they are; not all that there are, which no pattern could be. */
const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{16,}|AKIA[A-Z0-9]{16}|xox[abeprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)/g;
const url = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi;
/** Of two steps at least, so that a fraction or "and/or" is none. */
const path = /(?<![\w/.~-])(?:~|\.{1,2})?\/[\w.@+-]+(?:\/[\w.@+-]*)+|(?<!\w)[a-z]:\\[\w.\\@+-]+/gi;

const kinds: readonly (readonly [PartKind, RegExp])[] = [
  ['secret', secret],
  ['URL', url],
  ['path', path],
];

/** @param find what somebody looks for: only that is marked then, and what is hidden. */
export function textParts(text: string, find = ''): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const { start, end, kind } of marksOf(text, find)) {
    parts.push(...plainParts(text.slice(done, start)));
    parts.push({ kind, text: visibleText(text.slice(start, end)) });
    done = end;
  }
  parts.push(...plainParts(text.slice(done)));
  return parts;
}

interface TextMark {
  readonly start: number;
  readonly end: number;
  readonly kind: PartKind;
}

/** In their order; where two overlap, the one that begins first, then the one of the kind that is named first. */
function marksOf(text: string, find: string): TextMark[] {
  if (find !== '')
    return allOf(text, 'found', new RegExp(find.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu'));
  if (text.length > longestMarked) return [];
  const all = kinds
    .flatMap(([kind, pattern]) => allOf(text, kind, pattern))
    .toSorted((a, b) => a.start - b.start);
  return all.filter((mark, index) => !all.slice(0, index).some(({ end }) => end > mark.start));
}

function allOf(text: string, kind: PartKind, pattern: RegExp): TextMark[] {
  return [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
    kind,
    start: index,
    end: index + match.length,
  }));
}

function plainParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const { index, 0: match } of text.matchAll(hiddenCharacters)) {
    if (index > done) parts.push({ kind: 'plain', text: text.slice(done, index) });
    parts.push({ kind: 'hidden', text: visibleText(match) });
    done = index + match.length;
  }
  if (done < text.length) parts.push({ kind: 'plain', text: text.slice(done) });
  return parts;
}
