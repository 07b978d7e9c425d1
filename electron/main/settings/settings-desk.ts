// Settings that are made in the window: checked, written, told to the gateway, and taken back for a while.
import type { GatewayHost } from '../../gateway/host.ts';
import { planSetting } from '../../gateway/composition/change-setting.ts';
import type { ConfigPlaces } from '../../gateway/composition/inspect-config.ts';
import type { SettingChange, SettingOutcome } from '../../shared/config-settings.ts';
import { policyMode } from '../../shared/domain.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { WindowLayer } from './window-layer.ts';

/** How many changes can be taken back; the window offers that for ten seconds. */
const REMEMBERED = 50;

export interface SettingsDesk {
  set(change: SettingChange): Promise<SettingOutcome>;
  /** Null where the change is not remembered any more. */
  undo(id: number): Promise<SettingOutcome | null>;
}

export interface SettingsDeskNeeds {
  readonly places: ConfigPlaces;
  readonly layer: WindowLayer;
  readonly host: Pick<GatewayHost, 'commands' | 'settingChanged' | 'status'>;
}

export function createSettingsDesk({ places, layer, host }: SettingsDeskNeeds): SettingsDesk {
  const before = new Map<number, SettingChange>();
  let lastId = 0;

  function remember(change: SettingChange): number {
    lastId += 1;
    before.set(lastId, change);
    before.delete(lastId - REMEMBERED);
    return lastId;
  }

  async function set(change: SettingChange): Promise<SettingOutcome> {
    const tree = told('settings_unreadable', () => layer.read());
    const planned = told('config', () => planSetting(places, tree, change));
    if (planned.outcome !== 'plan') return planned;
    const { path, value } = change;
    // The switch in window and tray keeps the mode: with a second place for it, one of the two would be wrong some day.
    if (path.join('.') === 'policy.mode') {
      const { mode } = host.status();
      await host.commands['mode.set'](policyMode.parse(value ?? 'enforce'));
      return { outcome: 'set', undo: remember({ path, value: mode }) };
    }
    told('settings_unwritten', () => layer.write(planned.tree));
    const undo = remember(planned.undo);
    await host.settingChanged(planned.note);
    return { outcome: 'set', undo };
  }

  return {
    set,
    async undo(id) {
      const change = before.get(id);
      if (change === undefined) return null;
      before.delete(id);
      return set(change);
    },
  };
}

/** What keeps files from being used is for a person to put right, and no fault of the app. */
function told<T>(code: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new CommandError(code, error instanceof Error ? error.message : String(error));
  }
}
