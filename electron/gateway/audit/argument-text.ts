// What the log keeps of a call's arguments: their text as it came, up to a bound, without what the policy wants kept out.
import type { Call } from '../call.ts';
import { writtenArguments } from '../wire/written-arguments.ts';
import { redacted } from './redaction.ts';

/** Longer texts are kept up to here, bytes of UTF-8. */
export const keptArgumentBytes = 256 * 1024;

export interface ArgumentText {
  /** JSON text; where it was cut, an ellipsis and a note follow it. */
  readonly text: string;
  /** Length of the whole text without what was redacted, bytes of UTF-8. */
  readonly bytes: number;
}

/** @param redact where in the arguments values lie that are not to be kept; see redaction.ts */
export function argumentText(call: Call, redact: readonly (readonly string[])[] = []): ArgumentText {
  const written = writtenArguments(call);
  const json = redact.length === 0 ? written : redacted(written, redact);
  const { length } = json;
  if (length <= keptArgumentBytes) return { text: json.toString('utf8'), bytes: length };
  let kept = keptArgumentBytes;
  // Not inside a character: continuation bytes are 10xxxxxx.
  while (((json[kept] ?? 0) & 0xc0) === 0x80) kept -= 1;
  return { text: `${json.toString('utf8', 0, kept)}… [cut: ${length} bytes in all]`, bytes: length };
}
