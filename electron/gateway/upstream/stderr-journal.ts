// What a server writes to standard error: a bounded share goes to the log, the last lines explain its death.
import { stripVTControlCharacters } from 'node:util';
import type { Logger } from '../ports.ts';
import { createLineReader } from './line-reader.ts';

const MAX_LINE_BYTES = 2048;
const MAX_LINES_PER_SECOND = 50;
const TAIL_LINES = 5;
const TAIL_CHARACTERS = 300;

export interface StderrJournal {
  push(chunk: Buffer): void;
  /** Takes a whole line that came another way. */
  note(line: Buffer): void;
  end(): void;
  /** The last lines in one, shortened; empty where nothing was written. */
  tail(): string;
}

/**
 * `server` is the configured name. A server's own words are logged at debug alone: they may hold anything. `onLine` gets
 * the same share of them.
 */
export function createStderrJournal(
  server: string,
  logger: Logger,
  onLine: (text: string) => void = () => undefined,
): StderrJournal {
  const last: string[] = [];
  let second = 0;
  let written = 0;
  let dropped = 0;

  function note(line: Buffer): void {
    const text = stripVTControlCharacters(line.toString('utf8', 0, MAX_LINE_BYTES)).trim();
    if (text === '') return;
    last.push(text.length > TAIL_CHARACTERS ? `${text.slice(0, TAIL_CHARACTERS)}…` : text);
    if (last.length > TAIL_LINES) last.shift();
    log(text);
  }

  function log(text: string): void {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      second = now;
      written = 0;
      reportDropped();
    }
    if (written >= MAX_LINES_PER_SECOND) {
      dropped += 1;
      return;
    }
    written += 1;
    logger.debug('upstream_stderr', { server, text });
    onLine(text);
  }

  function reportDropped(): void {
    if (dropped === 0) return;
    logger.debug('upstream_stderr_dropped', { server, lines: dropped });
    onLine(`(${dropped} more lines within a second)`);
    dropped = 0;
  }

  const lines = createLineReader({ maxBytes: MAX_LINE_BYTES, line: note, tooLong: note });
  return {
    push: (chunk) => lines.push(chunk),
    note,
    end() {
      lines.end();
      reportDropped();
    },
    tail: () => last.join(' | '),
  };
}
