// Reads a file of any size line by line, and knows the digest of what came before each.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { TextLine } from './read-proof-line.ts';

const pieceLength = 1024 * 1024;
const lineEnd = 0x0a;

/** Throws the system's errors. */
export function* readLines(path: string): Generator<TextLine> {
  const file = openSync(path, 'r');
  const hash = createHash('sha256');
  const digestBefore = () => hash.copy().digest('hex');
  const piece = Buffer.alloc(pieceLength);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const length = readSync(file, piece);
      if (length === 0) break;
      const bytes = Buffer.concat([rest, piece.subarray(0, length)]);
      let begin = 0;
      for (let end = bytes.indexOf(lineEnd); end !== -1; end = bytes.indexOf(lineEnd, begin)) {
        const line = bytes.subarray(begin, end + 1);
        begin = end + 1;
        yield { text: line.toString('utf8'), digestBefore };
        hash.update(line);
      }
      rest = bytes.subarray(begin);
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), digestBefore };
  } finally {
    closeSync(file);
  }
}
