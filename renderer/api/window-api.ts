// The window's one way out: commands that are asked, events that are heard, both by the contract's names.
import type {
  CommandName,
  Input,
  Output,
  WindowApi,
  WindowCommands,
  WindowEventName,
  WindowEventPayload,
} from '../../electron/shared/contract.ts';

declare global {
  interface Window {
    /** Put there by the preload. */
    readonly mcpProxy: WindowApi;
  }
}

type Name = CommandName<WindowCommands>;

/** A command without an input is asked by its name alone. */
type InputArguments<N extends Name> =
  undefined extends Input<WindowCommands, N> ? [] : [input: Input<WindowCommands, N>];

export interface Api {
  /** @throws {CommandError} where the answer is an error. */
  ask<N extends Name>(name: N, ...input: InputArguments<N>): Promise<Output<WindowCommands, N>>;
  /** @returns ends the listening. */
  on<N extends WindowEventName>(name: N, listener: (payload: WindowEventPayload<N>) => void): () => void;
}

/** A command was answered with an error; `message` is for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Turns replies into values and errors. */
export function connectApi(bridge: WindowApi): Api {
  return {
    async ask(name, ...[input]) {
      const reply = await bridge.invoke(name, input as Input<WindowCommands, typeof name>);
      if (reply.ok) return reply.value;
      throw new CommandError(reply.error.code, reply.error.message);
    },
    on: (name, listener) => bridge.on(name, listener),
  };
}
