// What holds for calls right now: what the user chose in tray or window, over what the configuration says.
import { CommandError } from '../../shared/rpc.ts';
import type { ModeOverride, PolicyMode } from '../../shared/domain.ts';
import type { Call } from '../call.ts';
import { createModes } from '../runtime/modes.ts';
import type { KeptSettingsFile } from '../runtime/kept-settings.ts';
import type { VerdictSettings } from '../verdict-path.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface LiveSettings {
  /** For calls of whose client and server nothing else is said. */
  readonly mode: PolicyMode;
  readonly modeOverrides: ModeOverride[];
  /** Where an administrator has set the mode; null where it can be chosen. */
  readonly modeManagedAt: string | null;
  readonly paused: boolean;
  readonly policyEnabled: boolean;
  readonly approvalsEnabled: boolean;
  /**
   * Both hold at once, and throw where they can't be kept on disk: see KeptSettingsFile.
   * @throws CommandError `managed`, where the mode is not the user's to choose; nothing has changed then.
   */
  setMode(mode: PolicyMode): void;
  setPaused(paused: boolean): void;
  of(call: Pick<Call, 'agent' | 'server'>): VerdictSettings;
  /** Takes in what was edited. A mode that was edited, or is managed, comes before the one that was chosen. */
  change(now: Pick<GatewaySurroundings, 'config' | 'managedAt'>, keys: readonly string[]): void;
}

/** A mode that the configuration names comes before the one that was chosen last. */
export function createLiveSettings(
  { config, isConfigured, managedAt }: Pick<GatewaySurroundings, 'config' | 'isConfigured' | 'managedAt'>,
  kept: KeptSettingsFile,
): LiveSettings {
  let { policy, approvals } = config;
  let modes = createModes(policy.modes);
  let mode = (isConfigured('policy.mode') ? undefined : kept.read().mode) ?? policy.mode;
  let modeManagedAt = managedAt('policy.mode');
  return {
    get mode() {
      return mode;
    },
    get modeOverrides() {
      return modes.overrides;
    },
    get modeManagedAt() {
      return modeManagedAt;
    },
    get paused() {
      return kept.read().paused;
    },
    get policyEnabled() {
      return policy.enabled;
    },
    get approvalsEnabled() {
      return approvals.enabled;
    },
    setMode(chosen) {
      if (modeManagedAt !== null)
        throw new CommandError('managed', `The mode is managed by your organization (${modeManagedAt})`);
      mode = chosen;
      kept.write({ mode: chosen });
    },
    setPaused: (paused) => kept.write({ paused }),
    of: (call) => ({
      mode: modes.of(call, mode),
      paused: kept.read().paused,
      policyEnabled: policy.enabled,
      approvalsEnabled: approvals.enabled,
      askInAudit: approvals.ask,
    }),
    change(now, keys) {
      ({ policy, approvals } = now.config);
      modeManagedAt = now.managedAt('policy.mode');
      modes = createModes(policy.modes);
      if (modeManagedAt !== null || keys.includes('policy.mode')) mode = policy.mode;
    },
  };
}
