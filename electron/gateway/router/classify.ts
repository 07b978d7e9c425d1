// Turns a client's message into one frozen Call: what is asked, on what, by whom.
import type { Agent, Call, ClientClaim, SessionFacts } from '../call.ts';
import type { Refusal } from '../errors.ts';
import type { NotificationMessage, RequestMessage } from '../wire/json-rpc.ts';
import { ruleFor } from './method-table.ts';
import { newRequestId } from './request-id.ts';

/** What the session adds to a message. */
export interface CallContext {
  readonly at: number;
  readonly server: string;
  readonly agent: Agent;
  readonly client: ClientClaim;
  readonly session: SessionFacts;
  readonly sourceIp: string;
}

export type Classified = { ok: true; call: Call } | { ok: false; refusal: Refusal };

/**
 * Refuses a message whose target a policy could not read: a tool call without a name, arguments that are no
 * object. (A server might still make something of it.)
 */
export function classify(message: RequestMessage | NotificationMessage, context: CallContext): Classified {
  const { params } = message;
  const rule = ruleFor(message.method);
  const tool = rule.tool === undefined ? null : params[rule.tool];
  const resource = rule.resource === undefined ? null : params[rule.resource];
  if (tool !== null && typeof tool !== 'string') return invalid('params.name must be a string');
  if (resource !== null && typeof resource !== 'string') return invalid('params.uri must be a string');
  const given: unknown = tool === null ? params : (params.arguments ?? {});
  if (!isObject(given)) return invalid('params.arguments must be an object');
  return {
    ok: true,
    call: Object.freeze({
      requestId: newRequestId(),
      treatment: rule.treatment,
      message,
      method: message.method,
      tool,
      resource,
      arguments: given,
      ...context,
    }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): Classified {
  return { ok: false, refusal: { error: 'invalid_params', message: `Invalid params: ${message}` } };
}
