// The gateway's end of the link to its host: starts the gateway when told to, and lets the host use and watch it.
import { gatewayCommands } from '../../shared/contract.ts';
import { CommandError, createAnswer, forwardTo, serve, type RpcPort } from '../../shared/rpc.ts';
import { ConfigError } from '../errors.ts';
import type { Emit, Gateway, GatewayOptions } from '../gateway-options.ts';
import { heartbeatMs, hostCommands, type hostEvents } from './host-contract.ts';
import type { Logger } from '../ports.ts';

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
        if (running === undefined) throw notStarted();
        return running.commands;
      }),
      async 'gateway.start'(options) {
        if (starting !== undefined) throw new CommandError('internal', 'The gateway was started already');
        starting = create(options, emit);
        try {
          running = await starting;
        } catch (error) {
          throw startFailure(error);
        }
        const { url, graceMs } = running;
        return { url, graceMs };
      },
      'gateway.attend'(attended) {
        running?.setAttended(attended);
      },
      'gateway.audit-key'(key) {
        running?.setAuditKey(key);
      },
      'gateway.export'(task) {
        if (running === undefined) throw notStarted();
        return running.startExport(task);
      },
      'gateway.setting'(note) {
        if (running === undefined) throw notStarted();
        running.settingChanged(note);
      },
      async 'gateway.close'(mostMs) {
        const gateway = await starting?.catch(() => undefined);
        await gateway?.close(mostMs);
      },
    },
    (command, error) => logger.error('command.failed', { command, error: stackOf(error) }),
  );
  const emit = serve<typeof hostEvents>(port, answer);
  setInterval(() => emit('gateway.alive', undefined), heartbeatMs);
}

function notStarted(): CommandError {
  return new CommandError('gateway_unavailable', 'The gateway has not started yet');
}

/** Words for the reasons that a user can do something about; anything else keeps its own. */
function startFailure(error: unknown): unknown {
  if (error instanceof ConfigError) return new CommandError('config', error.message);
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? `Port ${String(error.port)}` : 'The port';
    return new CommandError('port_taken', `${port} is used by another program.`);
  }
  return error;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
