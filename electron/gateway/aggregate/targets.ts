// Which server a request is for, and how that server knows what it names.
import type { Refusal } from '../errors.ts';
import type { RequestMessage } from '../wire/json-rpc.ts';
import { withValue } from '../wire/json-splice.ts';
import { has } from './introduction.ts';
import { splitName } from './names.ts';
import type { Part } from './part.ts';
import type { ResourcePlaces } from './resource-places.ts';

/** The request as its server gets it, or why it is for none. */
export type Target =
  { readonly part: Part; readonly message: RequestMessage } | { readonly refusal: Refusal };

export interface TargetSurroundings {
  readonly parts: readonly Part[];
  readonly places: ResourcePlaces<Part>;
  /** Asks the servers for such a list, for the names in it. */
  readonly learn: (list: string) => Promise<unknown>;
}

/** What a request names, and where in params that stands. */
interface Aim {
  readonly kind: 'tools' | 'prompts' | 'resources';
  readonly path: readonly string[];
}

const aims: Readonly<Record<string, Aim>> = {
  'tools/call': { kind: 'tools', path: ['name'] },
  'prompts/get': { kind: 'prompts', path: ['name'] },
  'resources/read': { kind: 'resources', path: ['uri'] },
  'resources/subscribe': { kind: 'resources', path: ['uri'] },
  'resources/unsubscribe': { kind: 'resources', path: ['uri'] },
};

/** MCP 2025-11-25, completion: what is completed is an argument of a prompt or of a resource template. */
const completions: Readonly<Record<string, Aim>> = {
  'ref/prompt': { kind: 'prompts', path: ['ref', 'name'] },
  'ref/resource': { kind: 'resources', path: ['ref', 'uri'] },
};

/** The server that a request is for, and its own name for what the client has shown. */
type Found = { readonly part: Part; readonly real: string } | { readonly refusal: Refusal };

/** Longer names and URIs are cut where they are quoted. Characters. */
const LONGEST_QUOTE = 200;

export async function findTarget(message: RequestMessage, around: TargetSurroundings): Promise<Target> {
  const { method, params } = message;
  const completes = method === 'completion/complete';
  const aim = completes ? own(completions, textAt(params, ['ref', 'type']) ?? '') : own(aims, method);
  if (aim === undefined) {
    return completes
      ? refused('invalid_params', 'Invalid params: params.ref.type is not known')
      : refused('method_not_found', `Method not found: ${method} is not offered for all servers together`);
  }
  const { kind, path } = aim;
  const shown = textAt(params, path);
  if (shown === null) {
    return refused('invalid_params', `Invalid params: params.${path.join('.')} must be a string`);
  }
  const found = kind === 'resources' ? await placeOf(shown, around) : await namedPart(kind, shown, around);
  if ('refusal' in found) return found;
  const { part, real } = found;
  if (part.introduction === null)
    return refused('upstream', `${part.name} is not available: ${part.absence}`);
  return { part, message: real === shown ? message : renamed(message, path, real) };
}

async function namedPart(
  kind: 'tools' | 'prompts',
  shown: string,
  { parts, learn }: TargetSurroundings,
): Promise<Found> {
  const split = splitName(shown);
  const part = parts.find(({ prefix }) => prefix === split?.prefix);
  if (split === null || part === undefined) {
    const prefixes = parts.map(({ prefix }) => `${prefix}__`).join(', ');
    return refused(
      'invalid_params',
      `Invalid params: ${shown.slice(0, LONGEST_QUOTE)} begins with the name of no server (${prefixes})`,
    );
  }
  if (part[kind].real(split.rest) === null) await learn(`${kind}/list`);
  return { part, real: part[kind].real(split.rest) ?? split.rest };
}

async function placeOf(shown: string, { parts, places, learn }: TargetSurroundings): Promise<Found> {
  const known = places.find(shown);
  if (known !== null) return { part: known.server, real: known.uri };
  await Promise.all([learn('resources/list'), learn('resources/templates/list')]);
  const learnt = places.find(shown);
  if (learnt !== null) return { part: learnt.server, real: learnt.uri };
  const [only, ...others] = parts.filter((part) => has(part, 'resources'));
  if (only !== undefined && others.length === 0) return { part: only, real: shown };
  return refused(
    'invalid_params',
    `Invalid params: no server has listed ${shown.slice(0, LONGEST_QUOTE)}. List the resources, or read it from its server at /servers/NAME/mcp`,
  );
}

function renamed(message: RequestMessage, path: readonly string[], real: string): RequestMessage {
  const { params } = message;
  const [first = '', second] = path;
  const value = second === undefined ? real : { ...(params[first] as object), [second]: real };
  return {
    ...message,
    params: { ...params, [first]: value },
    bytes: withValue(message.bytes, ['params', ...path], real),
  };
}

function own(table: Readonly<Record<string, Aim>>, key: string): Aim | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function textAt(params: Readonly<Record<string, unknown>>, path: readonly string[]): string | null {
  let value: unknown = params;
  for (const name of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null;
  }
  return typeof value === 'string' ? value : null;
}

function refused(error: Refusal['error'], message: string): { readonly refusal: Refusal } {
  return { refusal: { error, message } };
}
