// The configuration as those who ask for it see it, while the proxy runs and while it does not.
import type { ConfigOverview } from '../../shared/config-settings.ts';
import type { PolicyMode } from '../../shared/domain.ts';
import type { Source } from '../config/explain.ts';
import { loadConfig, mistakesIn, readSource } from '../config/load-config.ts';
import { type Setting, settingsOf } from '../config/settings-list.ts';
import { ConfigError } from '../errors.ts';
import type { ConfigInForce } from './config-in-force.ts';
import { type ConfigPlaces, loadOptions } from './inspect-config.ts';

/**
 * What may be a secret is not in it.
 * @param mode The one that holds: chosen by the switch where the configuration leaves it open.
 */
export function configOverviewOf(
  { loaded, waiting, wrong }: Pick<ConfigInForce, 'loaded' | 'waiting' | 'wrong'>,
  file: string | null,
  mode: PolicyMode,
): ConfigOverview {
  const settings = shownSettings(loaded.source).map((setting) =>
    setting.path.join('.') === 'policy.mode' && setting.from === 'default' && setting.value !== mode
      ? { ...setting, value: mode, from: 'window' as const, setInWindow: true }
      : setting,
  );
  return { file, settings, waiting: [...waiting], warnings: [...loaded.warnings], problem: wrong };
}

/** The same without a gateway, which may be because something is wrong with the configuration. */
export function readConfigOverview(places: ConfigPlaces): ConfigOverview {
  const { configFile: file } = places;
  const none = { file, settings: [], waiting: [], warnings: [] };
  try {
    const options = loadOptions(places);
    const source = readSource(options);
    const mistakes = mistakesIn(source).map(({ message }) => message);
    const settings = shownSettings(source);
    if (mistakes.length > 0) return { ...none, settings, problem: mistakes.join('\n') };
    return { ...none, settings, warnings: [...loadConfig(options).warnings], problem: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...none, problem: error.message };
  }
}

function shownSettings(source: Source): ConfigOverview['settings'] {
  return settingsOf(source).map(shown);
}

function shown({ path, value, byDefault, form, ...origin }: Setting): ConfigOverview['settings'][number] {
  return { ...origin, path: [...path], value: value ?? null, byDefault: byDefault ?? null, form };
}
