// What tray and notifications show: the gateway's state, who waits, and the last calls, kept up to date.
import type { GatewayHost } from '../gateway/host.ts';
import type { Logger } from '../gateway/ports.ts';
import type { PendingApproval } from '../shared/approvals.ts';
import type { CallSummary, GatewayStatus } from '../shared/domain.ts';

export interface DesktopState {
  readonly status: GatewayStatus;
  readonly approvals: readonly PendingApproval[];
  /** The last calls that a policy or a person decided about, newest first. */
  readonly recent: readonly CallSummary[];
}

export interface DesktopFeed {
  close(): void;
}

/** How many calls the tray lists, and among how many of the log they are looked for. */
const recentCalls = { listed: 5, read: 50 };

/**
 * Calls the listener with each new state.
 * @param pauseMs Calls come by the thousand: the last ones are read at most once in so many milliseconds.
 */
export function followDesktop(
  host: Pick<GatewayHost, 'commands' | 'onEvent' | 'status'>,
  logger: Logger,
  onState: (state: DesktopState) => void,
  pauseMs = 1000,
): DesktopFeed {
  let state: DesktopState = { status: host.status(), approvals: [], recent: [] };
  let recentIsOld = false;
  let reading = false;
  let closed = false;

  function change(next: Partial<DesktopState>): void {
    if (closed) return;
    state = { ...state, ...next };
    onState(state);
  }

  async function readRecent(): Promise<void> {
    recentIsOld = true;
    if (reading) return;
    reading = true;
    while (recentIsOld && !closed) {
      recentIsOld = false;
      try {
        const { calls } = await host.commands['calls.page']({ limit: recentCalls.read });
        // Handshakes and lists pass unchecked; they would leave no room for what was decided.
        const decided = calls.filter(({ reason }) => reason !== 'pass');
        change({ recent: decided.slice(0, recentCalls.listed) });
      } catch (error) {
        logger.debug('desktop.calls_not_read', { error: String(error) });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    reading = false;
  }

  const stop = host.onEvent((event) => {
    switch (event.name) {
      case 'status.changed': {
        const begins = state.status.url === null && event.payload.url !== null;
        change({ status: event.payload });
        if (begins) void readRecent();
        break;
      }
      case 'approvals.changed':
        change({ approvals: event.payload.filter(({ state: at }) => at === 'waiting') });
        break;
      case 'calls.changed':
        void readRecent();
        break;
      case 'approvals.quiet.changed':
      case 'grants.changed':
      case 'alert.raised':
      case 'clients.changed':
      case 'policy.changed':
      case 'policy.replay.changed':
      case 'demo.changed':
        break;
    }
  });
  onState(state);

  return {
    close() {
      closed = true;
      stop();
    },
  };
}
