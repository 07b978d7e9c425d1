// Turns a client's message into one frozen Call: what is asked, on what, by whom.
import type { Agent, Call, CallerProcess, ClientClaim, ParamHeaders, SessionFacts } from '../call.ts';
import type { Refusal } from '../errors.ts';
import type { NotificationMessage, RequestMessage } from '../wire/json-rpc.ts';
import { foldedName } from '../wire/member-names.ts';
import { followedResources, MAX_FOLLOWED } from './followed-resources.ts';
import { type MethodRule, ruleFor } from './method-table.ts';
import { newRequestId } from './request-id.ts';
import { isObject } from '../wire/json-object.ts';

/** What the session adds to a message. */
export interface CallContext {
  readonly at: number;
  readonly server: string;
  readonly agent: Agent;
  readonly clientId: string | null;
  readonly client: ClientClaim;
  readonly process: CallerProcess | null;
  readonly session: SessionFacts;
  readonly sourceIp: string;
  readonly paramHeaders: ParamHeaders;
}

export type Classified = { ok: true; call: Call } | { ok: false; refusal: Refusal };

/** Members of params that this program reads, and that a server must not find under another spelling. */
const READ_HERE = ['name', 'arguments', 'uri', '_meta'] as const;
/** Longer ones name nothing that people could read in a prompt or a log; data URIs are no resources of a server. */
const MAX_NAME_LENGTH = 1024;
const MAX_URI_LENGTH = 16 * 1024;
/** Names that are spelt in one case already, as nearly all are: no two of them are taken for each other. */
const FOLDED = /^[a-z0-9_]*$/u;

/**
 * Refuses a message whose target a policy could not read, or a server could read otherwise: a tool call without
 * a name, arguments that are no object, names that differ in case alone. (A server might make something of it.)
 */
export function classify(message: RequestMessage | NotificationMessage, context: CallContext): Classified {
  const { params } = message;
  const rule = ruleFor(message.method);
  const tool = textIn(params, rule.tool);
  const resources = resourcesIn(params, rule.resources);
  if (tool === undefined)
    return invalid(`params.name must be a string of at most ${MAX_NAME_LENGTH} characters`);
  if (resources === undefined || resources.some((uri) => uri.length > MAX_URI_LENGTH)) {
    return invalid(unreadable[rule.resources ?? 'uri']);
  }
  const given: unknown = tool === null ? params : (params.arguments ?? {});
  if (!isObject(given)) return invalid('params.arguments must be an object');
  // Who follows no resource is told of lists alone, as clients with a session are unasked.
  const treatment = rule.resources === 'filter' && resources.length === 0 ? 'pass' : rule.treatment;
  if (treatment === 'enforce') {
    const misread = misreadName(params, READ_HERE) ?? misreadName(given, []);
    if (misread !== null)
      return invalid(`"${misread}" and a name that differs in case alone may be confused`);
  }
  return {
    ok: true,
    call: Object.freeze({
      requestId: newRequestId(),
      treatment,
      message,
      method: message.method,
      tool,
      resource: resources.length === 1 ? (resources[0] ?? null) : null,
      resources,
      arguments: given,
      ...context,
    }),
  };
}

const unreadable = {
  uri: `params.uri must be a string of at most ${MAX_URI_LENGTH} characters`,
  filter: `params.notifications.resourceSubscriptions must be a list of at most ${MAX_FOLLOWED} URIs of at most ${MAX_URI_LENGTH} characters`,
} as const;

/** Undefined where there must be some, and they can't be read. */
function resourcesIn(
  params: Readonly<Record<string, unknown>>,
  where: MethodRule['resources'],
): readonly string[] | undefined {
  if (where === undefined) return [];
  if (where === 'filter') return followedResources(params);
  return typeof params.uri === 'string' ? [params.uri] : undefined;
}

/** Null where the method has no such member; undefined where it must have one and it is no string, or too long a one. */
function textIn(
  params: Readonly<Record<string, unknown>>,
  member: string | undefined,
): string | null | undefined {
  if (member === undefined) return null;
  const value = params[member];
  return typeof value === 'string' && value.length <= MAX_NAME_LENGTH ? value : undefined;
}

/** A name that a server without regard to case takes for another one of the object, or for a reserved one. */
function misreadName(object: object, reserved: readonly string[]): string | null {
  const names = Object.keys(object);
  if (names.every((name) => FOLDED.test(name))) return null;
  const taken = new Set(reserved);
  for (const name of names) {
    const folded = foldedName(name);
    if (taken.has(folded) && !reserved.includes(name)) return name;
    taken.add(folded);
  }
  return null;
}

function invalid(message: string): Classified {
  return { ok: false, refusal: { error: 'invalid_params', message: `Invalid params: ${message}` } };
}
