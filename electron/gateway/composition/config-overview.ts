// The configuration as those who ask for it see it, while the proxy runs.
import type { ConfigOverview } from '../../shared/config-settings.ts';
import { isLive } from '../config/changed-settings.ts';
import { settingsOf } from '../config/settings-list.ts';
import type { ConfigInForce } from './config-in-force.ts';

/** What may be a secret is not in it. */
export function configOverviewOf(
  { loaded, waiting }: Pick<ConfigInForce, 'loaded' | 'waiting'>,
  file: string | null,
): ConfigOverview {
  const settings = settingsOf(loaded.source).map(({ path, value, byDefault, ...told }) => ({
    ...told,
    path: [...path],
    value: value ?? null,
    byDefault: byDefault ?? null,
    live: isLive(path.join('.')),
  }));
  return { file, settings, waiting: [...waiting], warnings: [...loaded.warnings] };
}
