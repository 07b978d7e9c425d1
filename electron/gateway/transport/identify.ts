// Who sends a request, by the token that came with it: the one question that decides whom a session belongs to.
import type { IncomingHttpHeaders } from 'node:http';
import type { Agent } from '../call.ts';
import type { ErrorName } from '../errors.ts';
import type { ClientDirectory } from '../ports.ts';
import { hasTokenInQuery, type RequestTarget } from './request-target.ts';

/** RFC 6750, section 2.1; the name of the scheme has no case (RFC 9110, section 11.1). */
const BEARER = /^Bearer +(?<token>[\w.~+/-]+=*) *$/iu;

export interface IdentityPolicy {
  readonly clients: ClientDirectory;
  /** `server.auth`: whether callers without a token come in. */
  readonly auth: 'optional' | 'required';
  /** Who they are then. */
  readonly defaultAgent: Agent;
}

export type Identified =
  | {
      readonly ok: true;
      readonly agent: Agent;
      /** Null where no token came. */ readonly clientId: string | null;
    }
  | {
      readonly ok: false;
      readonly error: Extract<ErrorName, 'token_missing' | 'token_wrong' | 'token_in_query'>;
      /** For WWW-Authenticate. It names no metadata: there is no authorization server to be asked for a token. */
      readonly challenge: string;
    };

/**
 * A token that is presented has to be right, whether one was asked for or not: whoever presents a wrong one is
 * mistaken about who they are, and is nobody. Anything in Authorization is meant to be a token.
 */
export function identify(
  { authorization }: Pick<IncomingHttpHeaders, 'authorization'>,
  target: RequestTarget,
  { clients, auth, defaultAgent }: IdentityPolicy,
): Identified {
  if (hasTokenInQuery(target)) return refused('token_in_query', 'Bearer error="invalid_request"');
  const inHeader = authorization === undefined ? null : (BEARER.exec(authorization)?.groups?.token ?? '');
  const presented = inHeader ?? target.token;
  if (presented === null) {
    if (auth === 'required') return refused('token_missing', 'Bearer');
    return { ok: true, agent: defaultAgent, clientId: null };
  }
  const agent = clients.byToken(presented);
  const twice = target.token !== null && target.token !== presented;
  if (agent === null || twice) return refused('token_wrong', 'Bearer error="invalid_token"');
  return { ok: true, agent, clientId: agent.id };
}

function refused(error: (Identified & { ok: false })['error'], challenge: string): Identified {
  return { ok: false, error, challenge };
}
