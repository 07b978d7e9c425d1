// What a person chooses about one question before answering it: for how long, about what, why, with which arguments.
import type { AnswerDuration, AnswerScope, RuleDraft } from '../../electron/shared/approvals.ts';

export class AnswerForm {
  duration = $state<AnswerDuration>('once');
  scope = $state<AnswerScope>('arguments');
  note = $state('');
  /** Arguments as they are edited, JSON text; null where they are left as they came. */
  edited = $state<string | null>(null);
  /** What is wrong with them; null where nothing is. */
  readonly fault = $derived(this.edited === null ? null : faultOf(this.edited));
  /** The rule that "always" would write; null until it is known, and where none would be. */
  draft = $state.raw<RuleDraft | null>(null);
  /** For which of the answers that rule is shown. */
  draftAllows = $state(true);
  /** Why the last try to answer came to nothing. */
  refusal = $state<string | null>(null);
}

function faultOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? null : 'The arguments have to be an object: { … }.';
  } catch (error) {
    if (error instanceof SyntaxError) return `This is not JSON yet: ${error.message}.`;
    throw error;
  }
}
