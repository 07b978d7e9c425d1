// Values of settings in words, for what is said of a change.
import type { SettingRow } from './setting-rows.ts';

/** "on", "30s", "100 MB", "Enforce", "3 entries"; what may be a secret is not told. */
export function valueWords(
  { words, setting }: Pick<SettingRow, 'words' | 'setting'>,
  value: unknown,
): string {
  if (setting.hidden) return 'set';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  if (value === null || value === '' || value === undefined) return 'none';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  const named = words.choices?.[text] ?? text;
  if (words.unit === undefined) return named;
  return `${named} ${value === 1 ? words.unit.replace(/s$/u, '') : words.unit}`;
}
