// Calls as CSV (RFC 4180) that a spreadsheet can open without running what a client wrote.
import { auditLogColumns, type ExportedCall } from './exported-call.ts';

const columns = [...auditLogColumns, 'notes', 'alert'] as const;

/** What a spreadsheet takes for a formula (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/u;
const needsQuotes = /[",\r\n]/u;

const lineEnd = '\r\n';

export const csvHead = columns.join(',') + lineEnd;

export function csvOf(call: ExportedCall): string {
  return columns.map((column) => cell(call[column])).join(',') + lineEnd;
}

/** Numbers are what they are: -32000 is no formula. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
