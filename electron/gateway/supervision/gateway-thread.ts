// One life of the gateway's worker thread, as its host sees it: from start to end, with its heartbeat watched.
import { Worker } from 'node:worker_threads';
import type { Handlers } from '../../shared/contract.ts';
import { CommandError, connect, type AnyEvent } from '../../shared/rpc.ts';
import { evaluationMemory, nameOf, watchEvaluations, type Overrun } from './evaluation-mark.ts';
import { hostCommands, hostEvents } from './host-contract.ts';
import type { Logger } from '../ports.ts';
import { watchForStall, type StallWatch } from './stall-watch.ts';
import { threadPort } from './thread-port.ts';

export interface ThreadSetup {
  /** Absolute path of the compiled worker. */
  readonly entry: string;
  /** `process.env` of the thread, without OTEL_ variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Silence after which the thread counts as stalled and is ended, in milliseconds. */
  readonly stallMs: number;
  readonly logger: Logger;
  readonly onEvent: (event: AnyEvent<typeof hostEvents>) => void;
}

export interface GatewayThread {
  /** Each rejects with `gateway_stopped` once the thread is gone. */
  readonly commands: Handlers<typeof hostCommands>;
  /** Resolves once the thread is gone; to what happened, in words. */
  readonly gone: Promise<string>;
  /** The evaluation that the thread was ended for; null where it was not. */
  overrun(): Overrun | null;
  /** Ends the thread whatever it does. Resolves once it is gone. */
  end(): Promise<void>;
}

export function startGatewayThread({ entry, env, stallMs, logger, onEvent }: ThreadSetup): GatewayThread {
  // Standard output belongs to the ready line, so what a library prints there goes where logs go.
  const evaluations = evaluationMemory();
  const worker = new Worker(entry, {
    name: 'gateway',
    env: withoutOpenTelemetry(env),
    stdout: true,
    workerData: { evaluations },
  });
  worker.stdout.pipe(process.stderr, { end: false });

  let happened = 'it ended by itself';
  // From its first word on: how long a thread may take to get there is a matter of the start.
  let watch: StallWatch | null = null;
  worker.on('message', () => {
    watch ??= watchForStall(stallMs, () => {
      happened = `it did not answer for ${stallMs / 1000} s`;
      void worker.terminate();
    });
    watch.alive();
  });
  let overrun: Overrun | null = null;
  const evaluationWatch = watchEvaluations(evaluations, (found) => {
    overrun = found;
    const call = nameOf(found.call);
    happened = `the policy did not come to a decision on ${call}`;
    logger.error('policy_ran_away', { policy: found.hash, call });
    void worker.terminate();
  });
  const caller = connect(
    threadPort(worker),
    { commands: hostCommands, events: hostEvents },
    onEvent,
    (name, error) => logger.error('gateway.bad_message', { name, error: String(error) }),
  );

  worker.on('error', (error: unknown) => {
    happened = `it failed: ${error instanceof Error ? error.message : String(error)}`;
    logger.error('gateway.crashed', { error: error instanceof Error ? error.stack : String(error) });
  });
  const gone = new Promise<string>((resolve) => {
    worker.on('exit', () => {
      watch?.close();
      evaluationWatch.close();
      caller.end(new CommandError('gateway_stopped', `The gateway stopped before it answered: ${happened}.`));
      resolve(happened);
    });
  });

  return {
    commands: caller.commands,
    gone,
    overrun: () => overrun,
    async end() {
      await worker.terminate();
      await gone;
    },
  };
}

/**
 * OpenTelemetry's SDK would read settings from them, over which nobody would know that they count: where telemetry goes,
 * and with which credentials, says the configuration alone.
 */
function withoutOpenTelemetry(env: ThreadSetup['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^OTEL_/iu.test(name)));
}
