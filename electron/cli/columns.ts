// Plain text in aligned columns. Everything that is shown may come from strangers, and is made visible.
import { visibleLine } from '../main/program/visible-line.ts';

/** A line of headings, and a line for each row; the words where there is no row. */
export function columns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  return rows.length === 0 ? none : aligned([headings, ...rows]);
}

/** Names on the left, what they are on the right. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  return aligned(pairs);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(visibleLine));
  const widths = shown.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  );
  return shown
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Local: 2026-11-22 14:03:22 */
export function time(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** "1 call", "3 calls" */
export function counted(value: number, one: string): string {
  return `${value} ${one}${value === 1 ? '' : 's'}`;
}
