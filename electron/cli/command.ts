// A command of the command line: what it is called, what it takes, and what it has to say.
import type { Ask } from './api-client.ts';

export interface Option {
  /** How its value is called in the help; null for an option that is there or not. */
  readonly value: string | null;
  readonly about: string;
  /** What its value may be, where that is known. */
  readonly choices?: readonly string[];
}

export interface Command {
  /** `policy check` */
  readonly name: string;
  /** What follows it, as the help shows it: `[PATH…]`; may be empty. */
  readonly takes: string;
  readonly args: { readonly min: number; readonly max: number };
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Rejects with a ProblemError where it can't be done. */
  run(call: CommandCall): Promise<Said>;
}

/** Of every command. */
export const sharedOptions = {
  json: { value: null, about: 'Print what the proxy answers, as JSON' },
  'user-data': { value: 'DIR', about: 'The folder that the app was started with' },
  help: { value: null, about: 'Print what the command does, and exit' },
} as const;

export interface CommandCall {
  readonly ask: Ask;
  readonly args: readonly string[];
  /** By name; those without a value are `true`. */
  readonly options: Readonly<Record<string, string | true>>;
  /** Absolute: where relative paths start. */
  readonly cwd: string;
  /** Shows how far something is, where a person looks on. */
  readonly progress: (text: string) => void;
}

export interface Said {
  /** For `--json`. */
  readonly value: unknown;
  /** For people; may have several lines. */
  readonly text: string;
  /** False: it was answered with no, and the exit code is 1. */
  readonly ok?: boolean;
}

/** The value of an option; undefined where it was not given. */
export function textOf({ options }: Pick<CommandCall, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
