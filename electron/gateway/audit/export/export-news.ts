// What the thread of an export is given, and what it tells.
import type { ExportTask } from '../../../shared/audit-export.ts';
import type { EndLine } from './proof-lines.ts';

export interface ExportWork extends Omit<ExportTask, 'file'> {
  /** Absolute path of the log. */
  readonly log: string;
  /** The file to be made: its name for as long as it is not whole. */
  readonly draft: string;
  /** The newest record that is exported. */
  readonly through: number;
  /** SPKI in base64; null where nothing signs the log. */
  readonly publicKey: string | null;
  /** Unix milliseconds. */
  readonly at: number;
}

export type ExportNews =
  | { readonly kind: 'progress'; readonly written: number; readonly total: number }
  /** All but the last line is written; it is asked for a signature over it, which is the answer to this. */
  | { readonly kind: 'sealing'; readonly digest: string }
  | { readonly kind: 'done'; readonly written: number };

export type Seal = EndLine['seal'];
