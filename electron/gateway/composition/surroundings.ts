// What every part of the gateway is made with: the configuration, the host's options, clock and log.
import type { Config } from '../../shared/config.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { Closable, Clock, Logger, Redactor } from '../ports.ts';

export interface GatewaySurroundings {
  readonly config: Config;
  /** Whether the file or the environment says something of this key, as in `policy.mode`. */
  readonly isConfigured: (key: string) => boolean;
  /** Where an administrator has set this key, as in `/etc/…/managed.yaml:3`; null where that is up to the user. */
  readonly managedAt: (key: string) => string | null;
  readonly options: GatewayOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly keep: Keep;
}

/** Hands a service back, and closes it when the gateway ends: what was kept last goes first. */
export type Keep = <T extends Closable>(service: T) => T;
