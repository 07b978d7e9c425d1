// Long texts, folded: a start that fits, and how much there is.
import { count } from './format.ts';

/** What is shown at first, as it came, and what is said about the whole. */
export interface Folded {
  readonly start: string;
  readonly size: string;
}

const foldedCharacters = 400;
const foldedLines = 6;

/** @returns null where the text is short enough to stand there whole. */
export function fold(text: string): Folded | null {
  const lines = text.split('\n');
  // A little more than what would be shown is not worth a fold.
  if (text.length <= foldedCharacters + 60 && lines.length <= foldedLines + 1) return null;
  const start = lines.slice(0, foldedLines).join('\n').slice(0, foldedCharacters);
  const size = `${count(text.length)} characters`;
  return {
    start,
    size: lines.length > 1 ? `${size}, ${count(lines.length)} lines` : size,
  };
}
