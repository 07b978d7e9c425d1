// What became of a call and why, in words.
import type { CallStatus, CallSummary, VerdictReason } from '../../electron/shared/domain.ts';
import { span } from '../format.ts';

/** Why a call was let through or refused, as a sentence for either verdict. */
const reasons: Readonly<Record<VerdictReason, { allow: string; deny: string }>> = {
  policy: { allow: 'The policy allows it.', deny: 'The policy denies it.' },
  audit_mode: {
    allow: 'The policy denies it. It was let through, because the mode is audit.',
    deny: 'The policy denies it.',
  },
  person: { allow: 'You allowed it.', deny: 'You denied it.' },
  grant: { allow: 'You had allowed calls like it.', deny: 'You had denied calls like it.' },
  edited: {
    allow: 'You changed its arguments.',
    deny: 'You changed its arguments: it went on as another call, which has a record of its own.',
  },
  quiet: {
    allow: 'You were not to be asked: it was let through.',
    deny: 'You were not to be asked, so it was denied.',
  },
  no_answer: {
    allow: 'Nobody answered in time, and the configuration lets it through then.',
    deny: 'Nobody answered in time, so it was denied.',
  },
  nobody_to_ask: {
    allow: 'There was nobody to ask, and the configuration lets it through then.',
    deny: 'It needs an answer and there was nobody to ask, so it was denied.',
  },
  withdrawn: {
    allow: 'The client gave up before there was an answer.',
    deny: 'The client gave up before there was an answer, so nothing was sent.',
  },
  pass: { allow: 'The policy has no say in this method.', deny: 'The policy has no say in this method.' },
  policy_off: {
    allow: 'The policy is switched off: nothing is checked.',
    deny: 'The policy is switched off.',
  },
  paused: { allow: 'Everything was paused.', deny: 'Everything was paused, so it was refused.' },
  rate_limit: {
    allow: 'It came more often than the configured rate.',
    deny: 'A configured rate was used up, so it was refused.',
  },
  malformed: {
    allow: 'It was not a valid message.',
    deny: 'It was not a valid message, so it was refused.',
  },
  door: {
    allow: 'It was refused at the door.',
    deny: 'It was refused at the door: its Host, its Origin or its size is not accepted here.',
  },
  session: {
    allow: 'There was no session for it.',
    deny: 'There was no session for it: it named none that exists, or there were too many.',
  },
  version: {
    allow: 'It speaks a version of MCP that its server does not.',
    deny: 'It speaks a version of MCP that its server does not, so it was refused.',
  },
  token: {
    allow: 'It came without a token that is accepted here.',
    deny: 'It came without a token that is accepted here, so it was refused.',
  },
  runaway: {
    allow: 'The policy did not come to a decision on it.',
    deny: 'The policy did not come to a decision on it, so the proxy denied it and was started anew.',
  },
};

export function reasonSentence({ verdict, reason }: Pick<CallSummary, 'verdict' | 'reason'>): string {
  return reasons[reason][verdict];
}

/** How long a person was waited for. */
export function waitSentence(reason: VerdictReason, milliseconds: number): string {
  const isAnswered = reason === 'person' || reason === 'edited';
  return isAnswered ? `You answered after ${span(milliseconds)}.` : `It waited for ${span(milliseconds)}.`;
}

/** What stands beside the verdict in a narrow column, where the policy alone is not the reason. */
const reasonNotes: Readonly<Record<VerdictReason, string>> = {
  policy: '',
  audit_mode: 'audit',
  person: 'by you',
  grant: 'by you, before',
  edited: 'changed by you',
  quiet: 'not asked',
  no_answer: 'no answer',
  nobody_to_ask: 'nobody to ask',
  withdrawn: 'withdrawn',
  pass: 'not checked',
  policy_off: 'policy off',
  paused: 'paused',
  rate_limit: 'too often',
  malformed: 'malformed',
  door: 'at the door',
  session: 'no session',
  token: 'no token',
  version: 'other version',
  runaway: 'no decision',
};

/** A reason's name in a list. */
export function reasonName(reason: string): string {
  if (reason === 'policy') return 'the policy';
  return Object.hasOwn(reasonNotes, reason) ? reasonNotes[reason as VerdictReason] : reason;
}

/** The four verdicts that have colour, shape and word. */
export type VerdictLook = 'allow' | 'deny' | 'ask' | 'unknown';

export const verdictWords: Readonly<Record<VerdictLook, string>> = {
  allow: 'Allowed',
  deny: 'Denied',
  ask: 'Asks',
  unknown: 'Unknown',
};

/** Verdict and note as a row of the log shows them. What the policy had no say in, or was overruled in, is grey. */
export function verdictOf({ verdict, reason }: Pick<CallSummary, 'verdict' | 'reason'>): {
  look: VerdictLook;
  word: string;
  note: string;
} {
  const note = reasonNotes[reason];
  if (verdict === 'deny') return { look: 'deny', word: verdictWords.deny, note };
  if (reason === 'pass') return { look: 'unknown', word: 'Passed', note };
  if (reason === 'policy_off') return { look: 'unknown', word: 'Passed', note };
  if (reason === 'audit_mode') return { look: 'unknown', word: 'Let through', note: 'audit' };
  return { look: 'allow', word: verdictWords.allow, note };
}

const statusWords: Readonly<Record<CallStatus, string>> = {
  pending: 'On its way',
  ok: 'Answered',
  error: 'Error',
  refused: 'Not sent',
  cancelled: 'Cancelled',
  upstream_error: 'Server failed',
  unknown: 'Unknown',
};

export function statusWord(status: string): string {
  return Object.hasOwn(statusWords, status) ? statusWords[status as CallStatus] : status;
}

const statusSentences: Readonly<Record<CallStatus, string>> = {
  pending: 'It is on its way: the server has not answered yet.',
  ok: 'The server answered.',
  error: 'The server answered with an error.',
  refused: 'It never reached the server.',
  cancelled: 'The client cancelled it.',
  upstream_error: 'The server could not be reached or broke off.',
  unknown: 'It was on its way when the proxy ended: nobody knows whether the server did it.',
};

export function statusSentence(status: CallStatus): string {
  return statusSentences[status];
}
