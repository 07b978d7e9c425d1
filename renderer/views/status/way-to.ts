// Where something can be done about a part of the proxy: the button beside it.
import type { HealthPart } from '../../../electron/shared/health.ts';
import type { App } from '../../state/app.ts';

export interface WayOut {
  readonly name: string;
  readonly go: () => void;
}

/** Null where there is nothing to press: it is fine, or mended outside this window. */
export function wayTo(app: App, { part, name, state }: HealthPart): WayOut | null {
  const { navigation, servers, activity } = app;
  switch (part) {
    case 'server': {
      if (name === null) return null;
      if (state === 'off') return { name: 'Start', go: () => void servers.startServer({ name }) };
      if (state === 'ok') return null;
      const open = () => {
        servers.open(name);
        navigation.go('servers');
        void servers.test({ name });
      };
      return { name: 'Test it', go: open };
    }
    case 'policy':
      return state === 'ok' ? null : { name: 'Open policies', go: () => navigation.go('policies') };
    case 'config':
      return { name: 'Open settings', go: () => navigation.go('settings') };
    case 'disk':
      return state === 'ok' ? null : { name: 'Open settings', go: () => navigation.go('settings') };
    case 'clients':
      return { name: 'Open clients', go: () => navigation.go('clients') };
    case 'signing':
      if (state !== 'attention') return null;
      return {
        name: 'Show the proof',
        go() {
          activity.showSide('proof');
          navigation.go('activity');
        },
      };
    default:
      return null;
  }
}
