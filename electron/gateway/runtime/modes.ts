// Which mode holds for a call: the one for all, or that of its client or server where these have one of their own.
import type { Config } from '../../shared/config.ts';
import type { ModeOverride, PolicyMode } from '../../shared/domain.ts';
import type { Call } from '../call.ts';

/** Where client and server both have a mode, and not the same one, the stricter holds: `enforce`. */
export interface Modes {
  of(call: Pick<Call, 'agent' | 'server'>, forAll: PolicyMode): PolicyMode;
  readonly overrides: ModeOverride[];
}

/** @param modes by agent id (that of a client with a token, or the configured one of all others), and by server name */
export function createModes(modes: Config['policy']['modes']): Modes {
  const clients = new Map(Object.entries(modes.clients));
  const servers = new Map(Object.entries(modes.servers));
  const overrides = [
    ...[...clients].map(([name, mode]) => ({ of: 'client' as const, name, mode })),
    ...[...servers].map(([name, mode]) => ({ of: 'server' as const, name, mode })),
  ];
  return {
    overrides,
    of({ agent, server }, forAll) {
      const ofClient = clients.get(agent.id);
      const ofServer = servers.get(server);
      if (ofClient === 'enforce' || ofServer === 'enforce') return 'enforce';
      return ofClient ?? ofServer ?? forAll;
    },
  };
}
