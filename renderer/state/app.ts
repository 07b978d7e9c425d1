// All of the window's state, made in one place.
import type { Api } from '../api/window-api.ts';
import { ActivityState } from './activity/activity.svelte.ts';
import { AppFacts } from './app-facts.svelte.ts';
import { ApprovalsState } from './approvals.svelte.ts';
import { ClientsState } from './clients.svelte.ts';
import { DemoState } from './demo.svelte.ts';
import { GatewayState } from './gateway.svelte.ts';
import { GrantsState } from './grants.svelte.ts';
import { HealthState } from './health.svelte.ts';
import { Navigation } from './navigation.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { PoliciesState } from './policies.svelte.ts';
import { QuietPeriods } from './quiet.svelte.ts';
import { ServersState } from './servers/servers.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { SessionsState } from './sessions.svelte.ts';
import { Ticker } from './ticker.ts';

export interface App {
  readonly navigation: Navigation;
  readonly notices: Notices;
  readonly gateway: GatewayState;
  readonly approvals: ApprovalsState;
  readonly grants: GrantsState;
  readonly quiet: QuietPeriods;
  readonly activity: ActivityState;
  readonly demo: DemoState;
  readonly policies: PoliciesState;
  readonly servers: ServersState;
  readonly clients: ClientsState;
  readonly sessions: SessionsState;
  readonly health: HealthState;
  readonly settings: SettingsState;
  readonly facts: AppFacts;
  readonly ticker: Ticker;
  /** Shows a new file with rules for the calls of one server, to be edited. */
  policyFor(server: string): Promise<void>;
  /** Reads what the app is and how the gateway is; all else follows once that serves, what a view shows when it opens. */
  load(): Promise<void>;
  close(): void;
}

export function createApp(api: Api): App {
  const navigation = new Navigation();
  const notices = new Notices();
  const approvals = new ApprovalsState(api, notices, 'window');
  const grants = new GrantsState(api, notices);
  const quiet = new QuietPeriods(api, notices, (ids) => {
    for (const id of ids) void grants.revoke(id);
  });
  const gateway = new GatewayState(api, notices, () => {
    for (const part of [approvals, grants, quiet]) void part.load();
  });
  const activity = new ActivityState(api, notices);
  const demo = new DemoState(api, notices);
  const policies = new PoliciesState(api, notices);
  const servers = new ServersState(api, notices, () => gateway.served.map(({ name }) => name));
  const clients = new ClientsState(api, notices);
  const sessions = new SessionsState(api, notices);
  const health = new HealthState(api, notices);
  const facts = new AppFacts(api, notices);
  const settings = new SettingsState(api, notices, () => void facts.load());
  const unsubscribe = api.on('place.show', (shown) => {
    navigation.go(shown.place === 'call' ? 'activity' : 'approvals');
    if (shown.place === 'call') activity.open(shown.id);
  });

  return {
    navigation,
    notices,
    gateway,
    approvals,
    grants,
    quiet,
    activity,
    demo,
    policies,
    servers,
    clients,
    sessions,
    health,
    settings,
    facts,
    ticker: new Ticker(1_000),

    async policyFor(server) {
      await policies.draftFor(server);
      navigation.go('policies');
    },

    async load() {
      await Promise.all([facts.load(), gateway.load()]);
    },

    close() {
      unsubscribe();
      for (const part of [
        health,
        servers,
        settings,
        policies,
        clients,
        demo,
        activity,
        quiet,
        grants,
        approvals,
        gateway,
        notices,
      ])
        part.close();
    },
  };
}
