// What becomes of a setting that is to be made in the window: tried on all layers before anything is written.
import { isDeepStrictEqual } from 'node:util';
import {
  settingChange,
  type SettingChange,
  type SettingNote,
  type SettingOutcome,
} from '../../shared/config-settings.ts';
import { mayHoldSecrets, type Source } from '../config/explain.ts';
import { hasChosenNames, isKnownKey } from '../config/known-keys.ts';
import type { Layer } from '../config/layers.ts';
import { configIn, mistakesIn, readSource } from '../config/load-config.ts';
import { loadTlsFiles } from '../config/tls-files.ts';
import { type KeyPath, type Tree, valueAt, withoutKey, withValue } from '../config/tree.ts';
import { ConfigError } from '../errors.ts';
import { type ConfigPlaces, loadOptions } from './inspect-config.ts';

/** Either what the window's layer is to be, or why it stays as it is. */
export type PlannedSetting =
  | {
      readonly outcome: 'plan';
      readonly tree: Tree;
      readonly note: SettingNote;
      /** Brings back what the window said before. */
      readonly undo: SettingChange;
    }
  | Exclude<SettingOutcome, { readonly outcome: 'set' }>;

type Mistakes = Extract<SettingOutcome, { readonly outcome: 'refused' }>['mistakes'];

/**
 * A change is refused for what is wrong with it, not for what was wrong before: it may be meant to mend that.
 * @param tree What the window's layer says now.
 * @throws ConfigError where a file can't be read, so that nobody knows what the change would come to.
 */
export function planSetting(
  places: ConfigPlaces,
  tree: Tree,
  { path, value }: SettingChange,
): PlannedSetting {
  if (!isKnownKey(path)) return refused([{ key: path.join('.'), words: 'There is no such setting.' }]);
  const options = loadOptions(places);
  const now = readSource({ ...options, windowTree: tree });
  const lock = now.layers.findLast((layer) => layer.kind !== 'window' && decides(layer, path));
  // Forgetting what has no effect is no surprise.
  if (value !== undefined && lock !== undefined && lock.kind !== 'window') {
    return { outcome: 'locked', from: lock.kind, where: lock.whereIs(path) };
  }
  const changed = value === undefined ? withoutKey(tree, path) : withValue(tree, path, value);
  const then = readSource({ ...options, windowTree: changed });
  const mistakes = newMistakes(now, then, path);
  if (mistakes.length > 0) return refused(mistakes);
  const before = valueAt(tree, path);
  return {
    outcome: 'plan',
    tree: changed,
    note: noteOf(path, before, value),
    undo: settingChange.parse({ path, value: before }),
  };
}

/** Whether nothing below this layer counts. Of a section whose names the user chooses, what is managed is the whole. */
function decides({ kind, tree }: Layer, path: KeyPath): boolean {
  const sections = path.map((_, index) => path.slice(0, index)).filter(hasChosenNames);
  const whole = kind === 'managed' ? [...sections, path] : [path];
  return whole.some((part) => valueAt(tree, part) !== undefined);
}

function refused(mistakes: Mistakes): PlannedSetting {
  return { outcome: 'refused', mistakes };
}

/** Those about the setting itself come first. */
function newMistakes(now: Source, then: Source, path: KeyPath): Mistakes {
  const before = new Set(mistakesIn(now).map(({ message }) => message));
  const found = mistakesIn(then).filter(({ message }) => !before.has(message));
  const key = path.join('.');
  const wrong = found.map((one) => ({ key: one.path.join('.'), words: `Expected ${one.expected}.` }));
  const own = wrong.filter((one) => one.key === key);
  const others = wrong.filter((one) => one.key !== key);
  return wrong.length > 0 ? [...own, ...others] : filesThatDoNotFit(now, then);
}

/** Certificates are read at the start alone, where a mistake would leave no proxy. */
function filesThatDoNotFit(now: Source, then: Source): Mistakes {
  const config = configIn(then);
  if (config === null || isDeepStrictEqual(config.tls, configIn(now)?.tls)) return [];
  try {
    loadTlsFiles(config.tls);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [key = '', ...words] = error.message.split(': ');
    return [{ key, words: `${words.join(': ')}.` }];
  }
}

function noteOf(path: KeyPath, before: unknown, value: unknown): SettingNote {
  const secret = path.some((key) => mayHoldSecrets.has(key));
  const shown = (one: unknown) => (one === undefined ? null : secret ? '(not shown)' : JSON.stringify(one));
  return { key: path.join('.'), value: shown(value), before: shown(before) };
}
