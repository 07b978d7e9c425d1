// The bus of the desktop's session (D-Bus), as far as notices need it: calls with a deadline, signals with their sender.
import type { EventEmitter } from 'node:events';
import type { Logger } from '../../gateway/ports.ts';

/** D-Bus writes a value of any type with that type before it: "s", "y", "(iiibiiay)", … */
export interface Typed {
  readonly type: string;
  readonly value: unknown;
}

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Of the body; none: there is no body. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

/** What came from somebody on the bus. The sender is the bus's own word, which no program can forge. */
export interface BusWord {
  readonly sender: string;
  readonly body: readonly unknown[];
}

export interface BusSignal extends BusWord {
  readonly interface: string;
  readonly member: string;
}

export interface SessionBus {
  /** Rejects where the answer is an error, and where none comes in time. */
  call(call: BusCall): Promise<BusWord>;
  /** For what needs no answer, and may be the last thing that is said. */
  tell(call: BusCall): void;
  /** A value whose type the receiver does not know beforehand ("v"). */
  readonly variant: (typed: Typed) => unknown;
  close(): void;
}

/** The service may have to be started first, milliseconds. */
const PATIENCE_MS = 10_000;

/** Rejects where there is no such bus. `onSignal` hears what was asked for by `AddMatch`, and what is sent to us alone. */
export async function connectSessionBus(
  onSignal: (signal: BusSignal) => void,
  logger: Logger,
): Promise<SessionBus> {
  // Loaded where it is wanted: other systems have no such bus.
  const { Message, MessageFlag, MessageType, sessionBus, Variant } = await import('@jellybrick/dbus-next');
  const bus = sessionBus();
  const connected = Promise.withResolvers<null>();
  bus.once('connect', () => connected.resolve(null));
  // Its types lack this event. It stands for the life of the connection: an error that nobody hears would end the app.
  (bus as EventEmitter).on('error', (error: unknown) => {
    connected.reject(error instanceof Error ? error : new Error(String(error)));
    logger.debug('session_bus.failed', { error: String(error) });
  });
  bus.on('message', ({ type, sender, interface: from, member, body }) => {
    if (type === MessageType.SIGNAL) onSignal({ sender, interface: from, member, body });
  });
  const send = (words: InstanceType<typeof Message>) => {
    try {
      bus.send(words);
    } catch (error) {
      // The bus is gone, and whoever was to hear it with it.
      logger.debug('session_bus.gone', { error: String(error) });
    }
  };
  // Nothing is offered here. Left to the library, a call that comes as the bus goes would end the app.
  bus.addMethodHandler((call) => {
    send(Message.newError(call, 'org.freedesktop.DBus.Error.UnknownMethod', 'There is nothing to be called'));
    return true;
  });
  const message = ({ body, ...call }: BusCall, flags = 0) =>
    new Message({ ...call, flags, ...(body === undefined ? {} : { body: [...body] }) });
  try {
    await inTime(connected.promise, 'The session bus does not answer');
  } catch (error) {
    bus.disconnect();
    throw error;
  }

  return {
    async call(call) {
      const reply = await inTime(
        bus.call(message(call)),
        `${call.destination} does not answer ${call.member}`,
      );
      if (reply === null) throw new Error(`${call.destination} has no answer to ${call.member}`);
      return reply;
    },
    tell: (call) => send(message(call, MessageFlag.NO_REPLY_EXPECTED)),
    variant: ({ type, value }) => new Variant(type, value),
    close: () => bus.disconnect(),
  };
}

async function inTime<T>(answer: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
