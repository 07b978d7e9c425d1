// What holds besides a few settings, and would surprise whoever reads their value alone.
import type { GatewayStatus } from '../../../electron/shared/domain.ts';
import type { SettingRow } from '../../state/settings/setting-rows.ts';
import { modeNames } from '../../words/policies.ts';

/** Null where there is nothing to say. */
export function remarkOn({ key, setting }: SettingRow, status: GatewayStatus | null): string | null {
  if (status?.url == null) return null;
  if (key === 'policy.mode' && setting.value !== status.mode) {
    return `${modeNames[status.mode]} holds for now: it was chosen with the switch at the left, and holds until the next start.`;
  }
  if (key === 'server.listen.port' && status.portTakenInstead !== null) {
    return `Another program has ${status.portTakenInstead}, so the proxy is at ${new URL(status.url).port}, and stays there.`;
  }
  return null;
}
