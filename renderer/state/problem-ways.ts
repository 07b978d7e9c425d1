// What can be done about a problem with a click, where a setting or a restart is the way out.
import type { Problem } from '../../electron/shared/domain.ts';
import type { App } from './app.ts';

/** Settings that are the way out, by the code of the problem. */
const settingOf: Readonly<Record<string, { readonly key: string; readonly name: string }>> = {
  port_taken: { key: 'server.listen.port', name: 'Choose another port' },
  beyond_loopback: { key: 'server.listen.address', name: 'Change the address' },
  monitoring_port: { key: 'metrics.port', name: 'Choose another port' },
  config: { key: '', name: 'Show the settings' },
};

export interface ProblemWay {
  readonly name: string;
  readonly run: () => void;
}

/** Null where nothing can. */
export function problemWay(
  { gateway, settings, navigation }: Pick<App, 'gateway' | 'settings' | 'navigation'>,
  { code }: Problem,
): ProblemWay | null {
  if (code === 'config_waits') return { name: 'Restart the proxy', run: () => void gateway.restart() };
  const way = settingOf[code];
  if (way === undefined) return null;
  return {
    name: way.name,
    run() {
      if (way.key !== '') settings.lead(way.key);
      navigation.go('settings');
    },
  };
}
