// The gateway's end of the link to its host: starts the gateway when told to, and lets the host use and watch it.
import { gatewayCommands } from '../../shared/contract.ts';
import { CommandError, createAnswer, forwardTo, serve, type RpcPort } from '../../shared/rpc.ts';
import { ConfigError } from '../errors.ts';
import type { Emit, Gateway, GatewayOptions } from '../gateway.ts';
import { heartbeatMs, hostCommands, type hostEvents } from './host-contract.ts';
import { createLatestOnly } from './latest-only.ts';
import type { Logger } from '../ports.ts';

/** A window shows no more than this many snapshots of one kind a second. */
const eventQuietMs = 100;

/** Serves one gateway over the port until the thread ends or the host closes it. */
export function serveHost(
  port: RpcPort,
  create: (options: GatewayOptions, emit: Emit) => Promise<Gateway>,
  logger: Logger,
): void {
  let starting: Promise<Gateway> | undefined;
  let running: Gateway | undefined;

  const answer = createAnswer(
    hostCommands,
    {
      ...forwardTo(gatewayCommands, () => {
        if (running === undefined)
          throw new CommandError('gateway_unavailable', 'The gateway has not started yet');
        return running.commands;
      }),
      async 'gateway.start'(options) {
        if (starting !== undefined) throw new CommandError('internal', 'The gateway was started already');
        starting = create(options, (name, payload) => latest.send(name, payload));
        try {
          running = await starting;
        } catch (error) {
          throw startFailure(error);
        }
        return { url: running.url };
      },
      'gateway.attend'(attended) {
        running?.setAttended(attended);
      },
      async 'gateway.close'() {
        clearInterval(heartbeat);
        const gateway = await starting?.catch(() => undefined);
        await gateway?.close();
        latest.close();
      },
    },
    (command, error) => logger.error('command.failed', { command, error: stackOf(error) }),
  );
  const emit = serve<typeof hostEvents>(port, answer);
  const latest = createLatestOnly(
    (name, payload) => emit(name as keyof typeof hostEvents, payload as never),
    eventQuietMs,
  );
  const heartbeat = setInterval(() => emit('gateway.alive', undefined), heartbeatMs);
}

/** Words for the reasons that a user can do something about; anything else keeps its own. */
function startFailure(error: unknown): unknown {
  if (error instanceof ConfigError) return new CommandError('config', error.message);
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? `port ${String(error.port)}` : 'the port';
    return new CommandError('port_taken', `${port} is used by another program`);
  }
  return error;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
