// How states look: one shape and strength for what means the same, of servers and of parts of the proxy.
import type { HealthPart } from '../../electron/shared/health.ts';
import type { ServerState } from '../../electron/shared/server-state.ts';

export type StateLook = 'well' | 'starting' | 'resting' | 'attention' | 'broken' | 'held' | 'off';

export const serverLooks: Readonly<Record<ServerState, StateLook>> = {
  running: 'well',
  starting: 'starting',
  idle: 'resting',
  failing: 'attention',
  held_back: 'broken',
  stopped: 'held',
};

export const healthLooks: Readonly<Record<HealthPart['state'], StateLook>> = {
  ok: 'well',
  attention: 'attention',
  down: 'broken',
  off: 'off',
};
