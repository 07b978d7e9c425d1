// Typed commands and events over anything that carries messages: the one mechanism at both ends of every link.
import { z } from 'zod';
import type { CommandMap, EventMap, Handlers, Reply } from './contract.ts';

/** One end of a link. Frames must survive a structured clone. */
export interface RpcPort {
  post(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
}

/** A command failed in a way that the caller can be told: a code for programs, a message for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Answers a command by its name. Never rejects: whatever goes wrong is a reply with `ok: false`. */
export type Answer = (name: string, input: unknown) => Promise<Reply<unknown>>;

/** Any event of a map: a switch over `name` narrows `payload`. */
export type AnyEvent<E extends EventMap> = {
  [N in keyof E & string]: { readonly name: N; readonly payload: z.output<E[N]> };
}[keyof E & string];

const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
]);
const frame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: z.int(), name: z.string(), input: z.unknown() }),
  z.object({ kind: z.literal('reply'), id: z.int(), reply }),
  z.object({ kind: z.literal('event'), name: z.string(), payload: z.unknown() }),
]);
type Frame = z.infer<typeof frame>;

/**
 * Puts handlers behind the contract: names that are not in it and inputs that do not parse never reach them.
 * `report` hears of errors that no handler meant to throw.
 */
export function createAnswer<M extends CommandMap>(
  commands: M,
  handlers: Handlers<M>,
  report: (name: string, error: unknown) => void,
): Answer {
  return async (name, input) => {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) return failure('unknown_command', `There is no command ${name}`);
    const parsed = command.input.safeParse(input);
    if (!parsed.success) return failure('bad_input', `${name}: ${z.prettifyError(parsed.error)}`);
    try {
      const handler = handlers[name] as (input: unknown) => unknown;
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      if (error instanceof CommandError) return failure(error.code, error.message);
      report(name, error);
      return failure('internal', error instanceof Error ? error.message : String(error));
    }
  };
}

/** The serving end: answers the calls that come in, and sends events. */
export function serve<E extends EventMap>(
  port: RpcPort,
  answer: Answer,
): <N extends keyof E & string>(name: N, payload: z.output<E[N]>) => void {
  port.onFrame((raw) => {
    const { data } = frame.safeParse(raw);
    if (data?.kind !== 'call') return;
    const { id, name, input } = data;
    void answer(name, input).then((answered) => post(port, { kind: 'reply', id, reply: answered }));
  });
  return (name, payload) => post(port, { kind: 'event', name, payload });
}

/** The calling end of a link. */
export interface Caller<M extends CommandMap> {
  /** Each rejects with a CommandError. */
  readonly commands: Handlers<M>;
  /** Fails every call that waits, and every later one. */
  end(error: CommandError): void;
}

/** Calls over a port; outputs and event payloads are parsed here. `report` hears of those that do not parse. */
export function connect<M extends CommandMap, E extends EventMap>(
  port: RpcPort,
  contract: { readonly commands: M; readonly events: E },
  onEvent: (event: AnyEvent<E>) => void,
  report: (name: string, error: unknown) => void,
): Caller<M> {
  const waiting = new Map<
    number,
    { resolve: (reply: Reply<unknown>) => void; reject: (error: CommandError) => void }
  >();
  let lastId = 0;
  let ended: CommandError | undefined;

  port.onFrame((raw) => {
    const { data } = frame.safeParse(raw);
    if (data === undefined || ended !== undefined) return;
    if (data.kind === 'reply') {
      waiting.get(data.id)?.resolve(data.reply);
      waiting.delete(data.id);
    } else if (data.kind === 'event') {
      const payload = contract.events[data.name]?.safeParse(data.payload);
      if (payload?.success) onEvent({ name: data.name, payload: payload.data } as AnyEvent<E>);
      else report(data.name, payload?.error ?? 'not in the contract');
    }
  });

  const call = async (name: string, input: unknown, output: z.ZodType): Promise<unknown> => {
    if (ended !== undefined) throw ended;
    const id = ++lastId;
    const answered = await new Promise<Reply<unknown>>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post(port, { kind: 'call', id, name, input });
    });
    if (!answered.ok) throw new CommandError(answered.error.code, answered.error.message);
    const value = output.safeParse(answered.value);
    if (value.success) return value.data;
    report(name, value.error);
    throw new CommandError('bad_reply', `${name} was answered with something else than was agreed`);
  };

  return {
    commands: eachCommand(contract.commands, (name, command) => (input) => call(name, input, command.output)),
    end(error) {
      ended = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

/** Handlers that look their target up at each call, for a target that comes and goes. */
export function forwardTo<M extends CommandMap>(commands: M, target: () => Handlers<M>): Handlers<M> {
  return eachCommand(commands, (name) => async (input) => {
    const handler = target()[name] as (input: unknown) => unknown;
    return await handler(input);
  });
}

function eachCommand<M extends CommandMap>(
  commands: M,
  make: (name: keyof M & string, command: CommandMap[string]) => (input: unknown) => Promise<unknown>,
): Handlers<M> {
  const made = Object.entries(commands).map(([name, command]) => [name, make(name, command)]);
  return Object.fromEntries(made) as Handlers<M>;
}

function failure(code: string, message: string): Reply<never> {
  return { ok: false, error: { code, message } };
}

function post(port: RpcPort, message: Frame): void {
  port.post(message);
}
