// A file that is written piece by piece with flat memory, from a thread in which nothing else waits.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

export interface TextFile {
  write(text: string): void;
  /** SHA-256 of all that was written, hexadecimal digits. */
  digest(): string;
  /** All of it is on the disk then. */
  finish(): void;
}

/** Characters. */
const pieceLength = 64 * 1024;

/** Only the user can read it: it tells what clients did. Throws the system's errors. */
export function openTextFile(path: string): TextFile {
  const file = openSync(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let waiting = '';

  function flush(): void {
    const bytes = Buffer.from(waiting);
    waiting = '';
    hash.update(bytes);
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  }

  return {
    write(text) {
      waiting += text;
      if (waiting.length >= pieceLength) flush();
    },
    digest() {
      flush();
      return hash.copy().digest('hex');
    },
    finish() {
      flush();
      fsyncSync(file);
      closeSync(file);
    },
  };
}
