// The last lines that each server wrote to standard error, without secrets: a bounded memory, for whoever wonders why it fails.
import type { Clock, Redactor } from '../ports.ts';

const MOST = 200;

export interface ServerLine {
  /** Unix milliseconds. */
  readonly at: number;
  readonly text: string;
}

export interface ServerLines {
  add(server: string, text: string): void;
  /** Oldest first. */
  of(server: string): ServerLine[];
}

/** Secrets are taken out when a line comes: what calls have brought lately is known then. */
export function createServerLines(
  redactor: Pick<Redactor, 'words'>,
  { now }: Pick<Clock, 'now'>,
): ServerLines {
  const kept = new Map<string, ServerLine[]>();
  return {
    add(server, text) {
      const lines = kept.get(server) ?? [];
      lines.push({ at: now(), text: redactor.words(text) });
      if (lines.length > MOST) lines.shift();
      kept.set(server, lines);
    },
    of: (server) => [...(kept.get(server) ?? [])],
  };
}
