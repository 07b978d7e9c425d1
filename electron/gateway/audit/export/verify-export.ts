// Verifies an export that carries its proof, line by line, with nothing but the file. Pure, and without dependencies.
import { proofFormat, proofVersion } from './proof-lines.ts';
import { createProofWalk, type ExportBreak } from './proof-walk.ts';
import { readProofLine, type TextLine } from './read-proof-line.ts';

export type ExportVerdict =
  | {
      readonly state: 'whole' | 'broken';
      readonly log: string;
      /** Records that are shown, and those of them that are calls. */
      readonly records: number;
      readonly calls: number;
      /** Who signed it; null where nobody did: then it only holds together. */
      readonly keyId: string | null;
      /** The newest record that is under a signature; 0 where none is. */
      readonly signedThrough: number;
      /** When it was exported, Unix milliseconds. */
      readonly at: number;
      /** Null where it is whole. */
      readonly broken: ExportBreak | null;
    }
  /** Nothing that could be verified; `why` is for people. */
  | { readonly state: 'unreadable'; readonly why: string };

/**
 * @param expectedKey id of the key that has to have signed, or to have handed over to the one that did; null for the one that
 *   the file names, which proves only that whoever made the file had that key
 */
export function verifyExport(lines: Iterator<TextLine>, expectedKey: string | null): ExportVerdict {
  const first = readProofLine(lines.next().value as TextLine | undefined);
  if (first?.kind !== 'head' || first.format !== proofFormat) {
    return { state: 'unreadable', why: 'This is no export with proof: choose JSONL, with proof.' };
  }
  if (first.version !== proofVersion) {
    return {
      state: 'unreadable',
      why: `The proof has version ${first.version}; this program knows ${proofVersion}.`,
    };
  }
  const walk = createProofWalk(first, expectedKey);
  const found = walk.begin() ?? walk.through(lines);
  return { ...walk.facts(), state: found === null ? 'whole' : 'broken', broken: found };
}
