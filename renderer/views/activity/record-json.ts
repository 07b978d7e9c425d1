// A record as JSON for the clipboard, its arguments as JSON too rather than as a string.
import type { CallRecord } from '../../../electron/shared/domain.ts';
import { argumentTree, indentedJson } from '../../argument-tree.ts';

/** The arguments keep their numbers as written, so they are put into the text rather than parsed. */
export function recordJson(record: CallRecord): string {
  const { arguments: text, ...rest } = record;
  if (text === null || argumentTree(text) === null) return JSON.stringify(record, null, 2);
  const own = JSON.stringify(rest, null, 2).replace(/\n}$/, '');
  const indentedText = indentedJson(text).replaceAll('\n', '\n  ');
  return `${own},\n  "arguments": ${indentedText}\n}`;
}
