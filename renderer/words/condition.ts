// How the proxy is, in words.
import type { GatewayStatus, ModeOverride } from '../../electron/shared/domain.ts';
import { visibleText } from '../visible-text.ts';

/** How the gateway is, as the window's frame shows it. */
export type Condition = 'starting' | 'running' | 'attention' | 'paused' | 'stopped';

export function conditionOf(status: GatewayStatus | null): Condition {
  if (status === null) return 'starting';
  if (status.state !== 'running') return status.state;
  return status.problems.length > 0 ? 'attention' : 'running';
}

export const conditionWords: Readonly<Record<Condition, string>> = {
  starting: 'Starting',
  running: 'Running',
  attention: 'Needs attention',
  paused: 'Paused',
  stopped: 'Stopped',
};

/** The gateway's state in one sentence, after its word. */
export function stateSentence(status: GatewayStatus | null): string {
  if (status === null || status.state === 'starting') return 'The proxy is not listening yet.';
  if (status.state === 'stopped') return 'No call gets through until the proxy runs again.';
  if (status.state === 'paused')
    return 'Every call is refused until you resume, and those under way were stopped. Sessions stay open.';
  if (!status.policyEnabled) return 'The policy is switched off: calls are recorded, none is checked.';
  const forAll =
    status.mode === 'enforce'
      ? 'Every call is checked and recorded. What the policy denies is blocked.'
      : 'Every call is checked and recorded. What the policy denies is let through all the same.';
  return status.modeOverrides.length === 0 ? forAll : `${forAll} ${overridesSentence(status.modeOverrides)}`;
}

function overridesSentence(overrides: readonly ModeOverride[]): string {
  const each = overrides.map(({ of, name, mode }) => `${of} ${visibleText(name)} (${mode})`);
  return `The configuration has another mode for ${each.join(', ')}.`;
}
