// States of the desktop for the tests of tray and notifications.
import type { DesktopState } from '../../../../electron/main/desktop-state.ts';
import type { CallSummary, PendingApproval } from '../../../../electron/shared/domain.ts';
import { sampleApproval, sampleCall, sampleStatus } from '../../../samples.ts';

export function approval(change: Partial<PendingApproval> = {}): PendingApproval {
  return sampleApproval('a1', {
    client: 'Claude',
    arguments: '{"to":"bob"}',
    violations: ['Sending needs a person'],
    ...change,
  });
}

export function call(change: Partial<CallSummary> = {}): CallSummary {
  return sampleCall(7, { client: 'Claude', ...change });
}

export function desktop(change: Partial<DesktopState> = {}): DesktopState {
  return { status: sampleStatus(), approvals: [], recent: [], ...change };
}

export const problem = {
  code: 'port_taken',
  message: 'Port 3000 is used by another program.',
  remedy: 'End it.',
};
