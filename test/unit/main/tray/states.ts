// States of the desktop for the tests of tray and notifications.
import type { DesktopState } from '../../../../electron/main/desktop-state.ts';
import type { PendingApproval } from '../../../../electron/shared/approvals.ts';
import type { CallSummary } from '../../../../electron/shared/domain.ts';
import { sampleApproval, sampleCall, sampleStatus } from '../../../samples.ts';

export function approval({
  client = 'Claude',
  ...change
}: Partial<Omit<PendingApproval, 'client'>> & { client?: string } = {}): PendingApproval {
  const sample = sampleApproval('a1', {
    arguments: '{"to":"bob"}',
    violations: ['Sending needs a person'],
    ...change,
  });
  return { ...sample, client: { ...sample.client, name: client } };
}

export function call(change: Partial<CallSummary> = {}): CallSummary {
  return sampleCall(7, { client: 'Claude', ...change });
}

export function desktop(change: Partial<DesktopState> = {}): DesktopState {
  return {
    status: sampleStatus(),
    approvals: [],
    recent: [],
    isWorking: false,
    quiet: null,
    grants: 0,
    ...change,
  };
}

export const problem = {
  code: 'port_taken',
  message: 'Port 3000 is used by another program.',
  remedy: 'End it.',
};
