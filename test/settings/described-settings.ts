// The reference of all settings, as data.
import { isLive } from '../../electron/gateway/config/changed-settings.ts';
import { variables } from '../../electron/gateway/config/environment.ts';
import { schemaLeaves, type SettingFacts } from '../../electron/gateway/config/schema-leaves.ts';
import { configSchema } from '../../electron/shared/config.ts';

export interface DescribedSetting extends SettingFacts {
  /** `server.listen.port`, `servers.NAME.url`: NAME stands for what the user chooses. */
  readonly key: string;
  readonly live: boolean;
  /** The `MCP_*` variable that sets it, too. */
  readonly variable: string | null;
}

/** In the order of the schema. */
export function describedSettings(): DescribedSetting[] {
  return schemaLeaves(configSchema, () => ['NAME']).map(({ path, ...facts }) => {
    const key = path.join('.');
    const variable = variables.find((one) => one.key === key)?.name ?? null;
    return { ...facts, key, live: isLive(key), variable };
  });
}
