// All of the window's state, made in one place.
import type { Api } from '../api/window-api.ts';
import { ActivityState } from './activity.svelte.ts';
import { ApprovalsState } from './approvals.svelte.ts';
import { DemoState } from './demo.svelte.ts';
import { GatewayState } from './gateway.svelte.ts';
import { Navigation } from './navigation.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { PoliciesState } from './policies.svelte.ts';
import { Ticker } from './ticker.ts';

export interface App {
  readonly navigation: Navigation;
  readonly notices: Notices;
  readonly gateway: GatewayState;
  readonly approvals: ApprovalsState;
  readonly activity: ActivityState;
  readonly demo: DemoState;
  readonly policies: PoliciesState;
  readonly ticker: Ticker;
  /** Reads how the gateway is; all else follows once it serves, what a view shows when that opens. */
  load(): Promise<void>;
  close(): void;
}

export function createApp(api: Api): App {
  const navigation = new Navigation();
  const notices = new Notices();
  const approvals = new ApprovalsState(api, notices);
  const gateway = new GatewayState(api, notices, () => void approvals.load());
  const activity = new ActivityState(api, notices);
  const demo = new DemoState(api, notices);
  const policies = new PoliciesState(api, notices);
  const unsubscribe = api.on('place.show', (shown) => {
    navigation.go(shown.place === 'call' ? 'activity' : 'approvals');
    if (shown.place === 'call') activity.open(shown.id);
  });

  return {
    navigation,
    notices,
    gateway,
    approvals,
    activity,
    demo,
    policies,
    ticker: new Ticker(1_000),

    load: () => gateway.load(),

    close() {
      unsubscribe();
      for (const part of [demo, activity, approvals, gateway, notices]) part.close();
    },
  };
}
