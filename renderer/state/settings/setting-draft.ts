// What was typed for a setting, as the value that is asked for.
import type { ValueForm } from '../../../electron/shared/config-forms.ts';

/** A setting's value as it stands in its field. */
export function typedText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The value that a text stands for. What fits is decided where it is set: a number that is none stays a text. */
export function meantBy(text: string, form: ValueForm): string | number {
  const trimmed = text.trim();
  if (form.kind === 'number' && /^-?\d+(?:\.\d+)?$/u.test(trimmed)) return Number(trimmed);
  return trimmed;
}
