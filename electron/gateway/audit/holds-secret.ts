// Whether the log leaves something out of a call: what it keeps out stays out of whatever else is read, shown and kept.
import type { Call, Decision } from '../call.ts';
import type { Redactor } from '../ports.ts';
import { argumentText } from './argument-text.ts';

/** Of its arguments, as far as the log keeps them, or of what it acts on: by its form, its name, or the policy's wish. */
export function holdsSecret(call: Call, { obligations }: Decision, redactor: Redactor): boolean {
  const redaction = redactor.of(call, obligations?.redact ?? []);
  argumentText(call, redaction);
  for (const resource of call.resources) redaction.words(resource);
  return redaction.took;
}
