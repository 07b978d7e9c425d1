// What the command line tells about a configuration without starting anything: whether it is right, what it comes to.
import { configJsonSchema } from '../config/config-schema.ts';
import { loadConfig, type LoadOptions } from '../config/load-config.ts';
import { printedConfig } from '../config/print-config.ts';
import { settingsOf } from '../config/settings-list.ts';
import { windowSettingsFile } from '../config/window-settings.ts';
import { ConfigError } from '../errors.ts';
import type { GatewayOptions } from '../gateway-options.ts';

export type ConfigQuestion = 'check' | 'print' | 'schema';

export interface ConfigAnswer {
  /** False: the configuration can't be used. */
  readonly ok: boolean;
  /** For standard output; may be empty. */
  readonly text: string;
  /** For standard error: what is wrong, or should be known. */
  readonly remarks: readonly string[];
}

/** Where the configuration comes from; the same for all who load it. */
export type ConfigPlaces = Pick<GatewayOptions, 'configFile' | 'managedConfigFile' | 'userData' | 'env'>;

export function loadOptions({ configFile, managedConfigFile, userData, env }: ConfigPlaces): LoadOptions {
  return {
    file: configFile,
    env,
    windowFile: windowSettingsFile(userData),
    managedFile: managedConfigFile,
  };
}

export function inspectConfig(question: ConfigQuestion, places: ConfigPlaces): ConfigAnswer {
  if (question === 'schema') {
    return { ok: true, text: `${JSON.stringify(configJsonSchema(), null, 2)}\n`, remarks: [] };
  }
  try {
    const { warnings, source } = loadConfig(loadOptions(places));
    const text = question === 'print' ? printedConfig(settingsOf(source)) : 'The configuration is right.\n';
    return { ok: true, text, remarks: warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, text: '', remarks: error.message.split('\n') };
  }
}

/** `server.graceful_shutdown`, milliseconds; null where the configuration can't be used, of which `check` tells why. */
export function gracefulShutdownOf(places: ConfigPlaces): number | null {
  try {
    return loadConfig(loadOptions(places)).config.server.graceful_shutdown;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return null;
  }
}
