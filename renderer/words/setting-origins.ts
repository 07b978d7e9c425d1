// Where the value of a setting comes from, who could change it there, and what is wrong with one, in words.
import type { ConfigSetting, SettingOutcome } from '../../electron/shared/config-settings.ts';
import { visibleText } from '../visible-text.ts';
import { settingWords } from './settings.ts';

/** "/home/me/proxy.yaml:12" as people say it: "proxy.yaml, line 12". */
export function placeWords(where: string): string {
  const [, path = where, line = ''] = /^(.*?)(?::(\d+))?$/su.exec(where) ?? [];
  const name = visibleText(path.split(/[/\\]/u).at(-1) ?? path);
  return line === '' ? name : `${name}, line ${line}`;
}

/** A line about the configuration, with its place as people say it. */
export function remarkWords(line: string): string {
  const [, place, rest] = /^(.+?:\d+): (.*)$/su.exec(line) ?? [];
  return place === undefined || rest === undefined
    ? visibleText(line)
    : `${placeWords(place)}: ${visibleText(rest)}`;
}

/** On the mark beside a setting; null for one that is as it was from the start. */
export function originWords({ from, where }: Pick<ConfigSetting, 'from' | 'where'>): string | null {
  switch (from) {
    case 'default':
      return null;
    case 'window':
      return 'Changed here';
    case 'environment':
      return visibleText(where ?? 'the environment');
    case 'file':
      return where === null ? 'configuration file' : placeWords(where);
    case 'managed':
      return 'Your organization';
  }
}

/** Why it can't be changed here, and where it can. */
export function lockWords(from: 'file' | 'environment' | 'managed', where: string): string {
  switch (from) {
    case 'file':
      return `set in ${placeWords(where)}, which comes before what is set here.`;
    case 'environment':
      return `set by the variable ${visibleText(where)}, where the app is started.`;
    case 'managed':
      return `set by your organization, in ${placeWords(where)}.`;
  }
}

type Mistakes = Extract<SettingOutcome, { readonly outcome: 'refused' }>['mistakes'];

/** Beside the field of `key`; what is wrong elsewhere is named. */
export function mistakeWords(key: string, mistakes: Mistakes): string {
  return mistakes
    .map((mistake) => {
      const words = visibleText(mistake.words.charAt(0).toUpperCase() + mistake.words.slice(1));
      return mistake.key === key ? words : `${settingWords.get(mistake.key)?.label ?? mistake.key}: ${words}`;
    })
    .join(' ');
}
