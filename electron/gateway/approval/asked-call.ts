// A question as answers are matched to it: who asks, for what, and why.
import { hash } from 'node:crypto';
import type { AnswerScope } from '../../shared/approvals.ts';
import type { Call, Decision } from '../call.ts';
import type { Question } from '../ports.ts';
import { nowhere, objectMembers, skipSpace, skipValue, valueOf } from '../wire/json-spans.ts';
import type { CallerIdentity } from './caller-identity.ts';

export interface AskedCall {
  readonly call: Call;
  readonly decision: Decision;
  readonly question: Question;
  readonly caller: CallerIdentity;
  /** For each scope what an answer is about: calls are alike in a scope where these are equal. */
  readonly targets: Readonly<Record<AnswerScope, string>>;
  /** What the policy has to say. An answer to one question is none to another one. */
  readonly reason: string;
}

export function askedCall(
  call: Call,
  decision: Decision,
  question: Question,
  caller: CallerIdentity,
): AskedCall {
  const { server, method, tool, resources } = call;
  const target = [server, method, tool, resources];
  return {
    call,
    decision,
    question,
    caller,
    targets: {
      client: '',
      server: JSON.stringify([server]),
      tool: JSON.stringify(target),
      arguments: JSON.stringify([...target, writtenDigest(call)]),
    },
    reason: reasonOf(decision),
  };
}

/** Equal where a policy answers the same, for the same rule, with the same to say against the call. */
export function reasonOf({ allow, ask, matchedRule, violations }: Decision): string {
  return JSON.stringify([allow, ask, matchedRule, violations.toSorted()]);
}

const paramsKey = Buffer.from('params');

/**
 * Of all that the client has written into the request but `_meta`, which differs from one try to the next (the token for
 * progress), and of the headers that go with it. Byte by byte: what is written otherwise may be read otherwise.
 */
function writtenDigest({ message, paramHeaders }: Call): string {
  const json = message.bytes;
  const start = valueOf(json, skipSpace(json, 0), paramsKey);
  const params = start === nowhere ? [] : objectMembers(json.subarray(start, skipValue(json, start)));
  const written = params
    .filter(([name]) => name !== '_meta')
    .map(([name, value]) => [name, value.toString('latin1')]);
  return hash('sha256', JSON.stringify([written, paramHeaders]));
}
