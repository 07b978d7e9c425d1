// What the log keeps of a call's arguments: their text as it came, up to a bound, without the secrets in it.
import type { Call } from '../call.ts';
import type { CallRedaction } from '../ports.ts';
import { writtenArguments } from '../wire/written-arguments.ts';

/** Longer texts are kept up to here, bytes of UTF-8. */
export const keptArgumentBytes = 256 * 1024;

export interface ArgumentText {
  /** JSON text; where it was cut, an ellipsis and a note follow it. */
  readonly text: string;
  /** Length of the whole text, bytes of UTF-8. What was not cut is as long as `text`. */
  readonly bytes: number;
}

export function argumentText(call: Call, redaction: Pick<CallRedaction, 'json'>): ArgumentText {
  const written = writtenArguments(call);
  const { length } = written;
  if (length <= keptArgumentBytes) {
    const json = redaction.json(written, length);
    return { text: json.toString('utf8'), bytes: json.length };
  }
  let kept = keptArgumentBytes;
  // Not inside a character: continuation bytes are 10xxxxxx.
  while (((written[kept] ?? 0) & 0xc0) === 0x80) kept -= 1;
  const json = redaction.json(written, kept);
  return { text: `${json.toString('utf8')}… [cut: ${length} bytes in all]`, bytes: length };
}
