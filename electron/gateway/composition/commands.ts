// What window, tray and admin API may ask of the running gateway, each answered by the service that knows.
import type { ConfigOverview } from '../../shared/config-settings.ts';
import type { GatewayCommands, Handlers } from '../../shared/contract.ts';
import type { GatewayStatus } from '../../shared/domain.ts';
import type { Exports } from '../audit/export/exports.ts';
import type { ClientRegistry } from '../clients/client-registry.ts';
import type { Policies } from '../policy/open-policies.ts';
import type { ApprovalDesk, CallArchive } from '../ports.ts';
import type { Trials } from '../replay/trials.ts';
import type { ServerCommands } from '../../shared/servers.ts';
import type { HealthCommands } from '../../shared/health.ts';
import type { SavedSearchCommands } from '../runtime/saved-searches.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { LiveSettings } from './live-settings.ts';

export interface CommandServices {
  readonly live: LiveSettings;
  readonly configuration: () => ConfigOverview;
  readonly policy: Policies;
  readonly trials: Trials;
  readonly archive: CallArchive;
  readonly exports: Pick<Exports, 'last' | 'cancel'>;
  readonly searches: SavedSearchCommands;
  readonly approvals: ApprovalDesk;
  readonly clients: ClientRegistry;
  readonly sessions: SessionStore;
  readonly status: () => GatewayStatus;
  readonly servers: Handlers<ServerCommands>;
  readonly health: Handlers<HealthCommands>['health.read'];
  readonly runDemo: Handlers<GatewayCommands>['demo.run'];
  /** What holds for calls has changed. */
  readonly onSettings: () => void;
}

export function createCommands(services: CommandServices): Handlers<GatewayCommands> {
  const { live, archive, exports, approvals, clients, sessions, onSettings } = services;
  return {
    'status.read': () => services.status(),
    ...archive.questions,
    async 'calls.story'({ id }) {
      const story = await archive.story(id);
      if (story === null) return null;
      return { ...story, input: await services.trials.commands['policy.input']({ callId: id }) };
    },
    ...services.searches,
    ...approvals.commands,
    'mode.set'(mode) {
      try {
        live.setMode(mode);
      } finally {
        onSettings();
      }
    },
    'pause.set'(paused) {
      try {
        live.setPaused(paused);
      } finally {
        if (paused) {
          approvals.dismissAll();
          sessions.stopCalls({ error: 'paused' });
        }
        onSettings();
      }
    },
    'config.read': () => services.configuration(),
    ...archive.proof,
    'audit.export.read': () => exports.last(),
    'audit.export.cancel': ({ id }) => exports.cancel(id),
    ...services.policy.commands,
    ...services.trials.commands,
    ...services.servers,
    'health.read': () => services.health(),
    'demo.run': () => services.runDemo(),
    'sessions.end': (id) => sessions.end(id),
    'clients.list': () => clients.list(),
    'clients.register': (wanted) => clients.register(wanted),
    'clients.rotate': (id) => clients.rotate(id),
    'clients.remove': (id) => clients.remove(id),
    'clients.restore': (id) => clients.restore(id),
  };
}
