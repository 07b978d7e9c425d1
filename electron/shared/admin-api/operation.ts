// An operation of the admin API: where it is asked for, what with, what comes back, and which command answers it.
import type { z } from 'zod';
import type { GatewayCommands, Handlers } from '../contract.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  readonly method: Method;
  /** Each part in braces is a member of the input: `/api/sessions/{id}`. */
  readonly path: string;
  /** A sentence for people. */
  readonly summary: string;
  /** What the path does not name comes in the query of GET and DELETE, and else as JSON in the body. */
  readonly input: I;
  readonly output: O;
  /** Null where there is nothing that could be answered: `absent` says so, as 404. */
  run(commands: Handlers<GatewayCommands>, input: z.output<I>): Answered<z.input<O>>;
  readonly absent?: string;
  /** Of an answer that says no, 409: nothing was done. */
  isRefusal?(output: z.output<O>): boolean;
  /** Longest body that is read; 64 KiB where this says nothing. */
  readonly maxBodyBytes?: number;
}

type Answered<T> = T | null | Promise<T | null>;

/** Checks each operation by itself, and leaves it its own types. */
export function operation<I extends z.ZodObject, O extends z.ZodType>(one: Operation<I, O>): Operation<I, O> {
  return one;
}

const bodiless: ReadonlySet<Method> = new Set(['GET', 'DELETE']);

/** Whether the input comes in the path and the query alone. */
export function isBodiless(method: Method): boolean {
  return bodiless.has(method);
}

/** The names in braces. */
export function namesInPath(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name);
}
