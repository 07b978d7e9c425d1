// What is said about exports of the log.
import type { AuditExport, ExportFormat } from '../../electron/shared/audit-export.ts';
import { bytes, count, counted } from '../format.ts';

export const formats: readonly {
  readonly value: ExportFormat;
  readonly name: string;
  readonly text: string;
}[] = [
  {
    value: 'jsonl',
    name: 'JSON Lines',
    text: 'One call on each line. The only format that can carry the proof.',
  },
  {
    value: 'csv',
    name: 'CSV',
    text: 'For spreadsheets. What could run as a formula there has an apostrophe before it.',
  },
  { value: 'json', name: 'JSON', text: 'One array of all calls.' },
  { value: 'sqlite', name: 'SQLite', text: 'A database with a table audit_log, for queries.' },
  {
    value: 'ocsf',
    name: 'OCSF',
    text: 'API Activity events of the Open Cybersecurity Schema Framework 1.6, for a SIEM.',
  },
];

export function exportTitle({ state }: AuditExport): string {
  switch (state) {
    case 'running':
      return 'Exporting…';
    case 'done':
      return 'Exported';
    case 'cancelled':
      return 'Stopped';
    case 'failed':
      return 'Not exported';
  }
}

export function exportSentence(one: AuditExport): string {
  const { state, written, total, proof, signed, problem } = one;
  switch (state) {
    case 'running':
      return total === null ? 'Finding the calls' : `${count(written)} of ${counted(total, 'call')}`;
    case 'done':
      return `${counted(written, 'call')}, ${bytes(one.bytes)}${proof ? (signed ? ', with a signed proof' : ', with a proof that nobody signed') : ''}.`;
    case 'cancelled':
      return 'The export was stopped. Nothing is left of it.';
    case 'failed':
      return problem ?? 'The export ended before it was whole. Nothing is left of it.';
  }
}
