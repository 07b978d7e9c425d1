// An api without a program behind it: commands answered by the test, events sent by the test.
import type {
  CommandName,
  Input,
  Output,
  WindowCommands,
  WindowEventName,
  WindowEventPayload,
} from '../../electron/shared/contract.ts';
import { type Api, CommandError } from '../../renderer/api/window-api.ts';

type Name = CommandName<WindowCommands>;
export type Answers = {
  [N in Name]?: (
    input: Input<WindowCommands, N>,
  ) => Output<WindowCommands, N> | Promise<Output<WindowCommands, N>>;
};

export interface FakeApi extends Api {
  /** What was asked of one command, in its order. */
  asked<N extends Name>(name: N): Input<WindowCommands, N>[];
  emit<N extends WindowEventName>(name: N, payload: WindowEventPayload<N>): void;
}

/** A command without an answer fails, so that a test says what it relies on. */
export function fakeApi(answers: Answers): FakeApi {
  const asked: { name: Name; input: unknown }[] = [];
  const listeners = new Map<WindowEventName, Set<(payload: never) => void>>();
  return {
    async ask(name, ...[input]) {
      asked.push({ name, input });
      const answer = answers[name] as ((input: unknown) => unknown) | undefined;
      if (answer === undefined) throw new CommandError('no_answer', `The test answers no ${name}`);
      return (await answer(input)) as Output<WindowCommands, typeof name>;
    },
    on(name, listener) {
      const of = listeners.get(name) ?? new Set();
      listeners.set(name, of.add(listener));
      return () => of.delete(listener);
    },
    asked: <N extends Name>(name: N) =>
      asked.filter((one) => one.name === name).map((one) => one.input as Input<WindowCommands, N>),
    emit(name, payload) {
      for (const listener of listeners.get(name) ?? []) listener(payload as never);
    },
  };
}
