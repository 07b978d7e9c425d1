// What tray and notifications show: the gateway's state, who waits, and the last calls, kept up to date.
import type { GatewayHost } from '../gateway/host.ts';
import type { Logger } from '../gateway/ports.ts';
import type { PendingApproval, QuietState } from '../shared/approvals.ts';
import { callSearch } from '../shared/audit-search.ts';
import type { CallSummary, GatewayStatus } from '../shared/domain.ts';

export interface DesktopState {
  readonly status: GatewayStatus;
  readonly approvals: readonly PendingApproval[];
  /** The last calls that a policy or a person decided about, newest first. */
  readonly recent: readonly CallSummary[];
  /** Whether calls have come in within the last seconds. */
  readonly isWorking: boolean;
  /** Do not disturb; null where people are asked. */
  readonly quiet: QuietState['current'];
  /** How many answers hold for more than one call. */
  readonly grants: number;
}

export interface DesktopFeed {
  close(): void;
}

/** How many calls the tray lists, and among how many of the log they are looked for. */
const recentCalls = { listed: 5, read: 50 };
const newest = callSearch.parse({ limit: recentCalls.read });
/** So long after a call the tray still shows that there is work, milliseconds. */
const WORK_SHOWN_MS = 2_000;

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
  let state: DesktopState = {
    status: host.status(),
    approvals: [],
    recent: [],
    isWorking: false,
    quiet: null,
    grants: 0,
  };
  let recentIsOld = false;
  let reading = false;
  let closed = false;
  let newestId: number | null = null;
  let resting: NodeJS.Timeout | undefined;

  function change(next: Partial<DesktopState>): void {
    if (closed) return;
    state = { ...state, ...next };
    onState(state);
  }

  function seeCalls(newest: number): void {
    // The first one tells of calls of earlier days.
    const isWork = newestId !== null && newest > newestId;
    newestId = newest;
    if (!isWork) return;
    clearTimeout(resting);
    resting = setTimeout(() => change({ isWorking: false }), WORK_SHOWN_MS);
    if (!state.isWorking) change({ isWorking: true });
  }

  /** Rules that were written earlier hold from the start. */
  async function readGrants(): Promise<void> {
    try {
      const { temporary, standing } = await host.commands['grants.list']();
      change({ grants: temporary.length + standing.length });
    } catch (error) {
      logger.debug('desktop.grants_not_read', { error: String(error) });
    }
  }

  async function readRecent(): Promise<void> {
    recentIsOld = true;
    if (reading) return;
    reading = true;
    while (recentIsOld && !closed) {
      recentIsOld = false;
      try {
        const { calls } = await host.commands['calls.search'](newest);
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
        // Who serves now has never been told not to disturb.
        change({ status: event.payload, ...(begins ? { quiet: null } : {}) });
        if (begins) {
          void readRecent();
          void readGrants();
        }
        break;
      }
      case 'approvals.changed':
        change({ approvals: event.payload.filter(({ state: at }) => at === 'waiting') });
        break;
      case 'calls.changed':
        seeCalls(event.payload.newestId);
        void readRecent();
        break;
      case 'approvals.quiet.changed':
        change({ quiet: event.payload.current });
        break;
      case 'grants.changed':
        change({ grants: event.payload.temporary.length + event.payload.standing.length });
        break;
      case 'alert.raised':
      case 'audit.export.changed':
      case 'clients.changed':
      case 'policy.changed':
      case 'policy.bundle.changed':
      case 'policy.replay.changed':
      case 'policy.learn.changed':
      case 'audit.verify.changed':
      case 'demo.changed':
      case 'config.changed':
      case 'servers.test.changed':
        break;
    }
  });
  onState(state);

  return {
    close() {
      closed = true;
      clearTimeout(resting);
      stop();
    },
  };
}
