// What is shown in an empty field, as an example of what can be typed there.
import type { ValueForm } from '../../electron/shared/config-forms.ts';

export function formHints(form: ValueForm): string {
  switch (form.kind) {
    case 'duration':
      return form.none ? '0 for none' : '30s';
    case 'size':
      return '500MB';
    case 'path':
    case 'text':
      return 'None';
    case 'number':
    case 'flag':
    case 'choice':
    case 'texts':
    case 'names':
      return '';
  }
}
