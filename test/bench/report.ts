// The bench's results as text.
import type { Failure, Row } from './compare.ts';
import type { Verdict } from './goals.ts';
import type { MicroRow } from './micro/micro.ts';
import type { SearchFigures } from './search/search.ts';
import { ratio } from './statistics.ts';

export function reportRows(rows: readonly Row[]): string {
  return table(
    ['shape', 'conn.', 'through', 'median µs', 'added µs', 'p99 µs', 'requests/s', 'calls'],
    rows.map((row) => [
      row.shape,
      String(row.connections),
      row.name,
      whole(row.medianMicros),
      row.addedMicros === null ? '' : whole(row.addedMicros),
      whole(row.p99Micros),
      whole(row.perSecond),
      String(row.calls),
    ]),
  );
}

export function reportMicro(rows: readonly MicroRow[]): string {
  return table(
    ['step', 'µs', 'compared with', 'µs', 'ratio'],
    rows.map(({ step, micros, reference, referenceMicros }) => [
      step,
      micros.toFixed(2),
      reference,
      referenceMicros.toFixed(2),
      hundredths(ratio(micros, referenceMicros)),
    ]),
  );
}

export function reportSearch({ calls, logBytes, indexBytes, indexSeconds, queries }: SearchFigures): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const rows = queries.map(({ name, medianMs, p95Ms }) => [name, medianMs.toFixed(1), p95Ms.toFixed(1)]);
  const sizes = `${calls} calls: log ${megabytes(logBytes)}, index ${megabytes(indexBytes)}`;
  return `${table(['search', 'median ms', 'p95 ms'], rows)}\n${sizes}, built in ${indexSeconds.toFixed(0)} s`;
}

export function reportVerdicts(verdicts: readonly Verdict[]): string {
  return table(
    ['goal', 'wanted', 'is', ''],
    verdicts.map(({ goal, ratio: value, bound, atMost, met }) => [
      goal,
      `${atMost ? '<=' : '>='} ${bound}`,
      hundredths(value),
      met === null ? 'not known' : met ? 'met' : 'MISSED',
    ]),
  );
}

export function reportFailures(failures: readonly Failure[]): string {
  return failures.map(({ shape, name, problem }) => `${shape}, ${name}: left out. ${problem}`).join('\n');
}

const whole = (value: number) => value.toFixed(0);
const hundredths = (value: number | null) => (value === null ? '-' : value.toFixed(2));

/** Columns of numbers are set to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = head.map((_, column) => rows.every((row) => /^[-\d.]*$/u.test(row[column] ?? '')));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
