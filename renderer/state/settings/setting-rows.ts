// Settings as rows of a list: what each is called, what of it can be changed here, and which of them somebody looks for.
import type { ConfigOverview, ConfigSetting } from '../../../electron/shared/config-settings.ts';
import { type SettingGroup, type SettingWords, settingWords } from '../../words/settings.ts';

export interface SettingRow {
  /** Dotted. */
  readonly key: string;
  readonly words: SettingWords;
  readonly setting: ConfigSetting;
  /** Names of the user's choice, where it is a section of them; null where it is one value. */
  readonly names: readonly string[] | null;
  /** It is not as it is from the start. */
  readonly changed: boolean;
  /** A layer above the window's says what it is. */
  readonly locked: boolean;
}

const keyOf = ({ path }: ConfigSetting) => path.join('.');

/** In the order of the words; what has none stands at the end, so that nothing can't be found. */
export function rowsOf({ settings }: ConfigOverview): SettingRow[] {
  const found = new Map<string, SettingRow>();
  for (const setting of settings) {
    const key = sectionOf(setting) ?? keyOf(setting);
    const before = found.get(key);
    const row = before ?? rowOf(key, setting);
    const name = key === keyOf(setting) ? undefined : setting.path[key.split('.').length];
    found.set(key, name === undefined ? row : withName(row, name, setting));
  }
  const known = [...settingWords.keys()].flatMap((key) => found.get(key) ?? []);
  return [...known, ...[...found.values()].filter(({ key }) => !settingWords.has(key))];
}

/** The section of names that a setting is in; null where it is in none. */
function sectionOf({ path }: ConfigSetting): string | null {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const key = path.slice(0, length).join('.');
    if (settingWords.has(key)) return key;
  }
  return null;
}

function rowOf(key: string, setting: ConfigSetting): SettingRow {
  const isValue = key === keyOf(setting);
  const isSection = setting.form === null || setting.form.kind === 'names' || !isValue;
  return {
    key,
    words: settingWords.get(key) ?? { group: 'advanced', label: key },
    setting,
    names: isSection ? namesIn(isValue ? setting.value : null) : null,
    changed: setting.from !== 'default',
    locked: setting.from !== 'default' && setting.from !== 'window',
  };
}

function withName(row: SettingRow, name: string, setting: ConfigSetting): SettingRow {
  const names = row.names ?? [];
  return {
    ...row,
    names: names.includes(name) ? names : [...names, name],
    changed: row.changed || setting.from !== 'default',
  };
}

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

export interface SettingSearch {
  /** Null: all of them. */
  readonly group: SettingGroup | null;
  readonly query: string;
  readonly changedOnly: boolean;
}

/** Each word of the query has to be in the name, the key, what it does, or what its values are called. */
export function found(
  rows: readonly SettingRow[],
  { group, query, changedOnly }: SettingSearch,
): SettingRow[] {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  return rows.filter(
    (row) =>
      (group === null || row.words.group === group) &&
      (!changedOnly || row.changed || row.setting.setInWindow) &&
      words.every((word) => textOf(row).includes(word)),
  );
}

function textOf({ key, words, setting }: SettingRow): string {
  return [words.label, key, setting.does, ...Object.values(words.choices ?? {})].join(' ').toLowerCase();
}
