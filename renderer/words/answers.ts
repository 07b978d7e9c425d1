// Answers to "shall I?" in words: how long, about what, and what was seen before.
import type {
  AnswerDuration,
  AnswerScope,
  CallsBefore,
  Grant,
  PendingApproval,
  ToolDescription,
} from '../../electron/shared/approvals.ts';
import { ago, count, counted, countdown } from '../format.ts';
import { visibleText } from '../visible-text.ts';
import { clientName } from './clients.ts';

export const durationNames: Readonly<Record<AnswerDuration, string>> = {
  once: 'Once',
  '15_minutes': '15 min',
  session: 'Session',
  always: 'Always',
};

export const scopeNames: Readonly<Record<AnswerScope, string>> = {
  arguments: 'Arguments',
  tool: 'Tool',
  server: 'Server',
  client: 'Client',
};

const spans: Readonly<Record<AnswerDuration, string>> = {
  once: 'this time',
  '15_minutes': 'for 15 minutes',
  session: 'until its session ends',
  always: 'always',
};

type Target = Pick<PendingApproval, 'client' | 'server' | 'method' | 'tool' | 'resource'>;

/** What an answer is about: "send_note with exactly these arguments". */
export function scopeWords({ server, method, tool, resource }: Target, scope: AnswerScope): string {
  const thing = visibleText(tool ?? resource ?? method);
  switch (scope) {
    case 'arguments':
      return `“${thing}” with exactly these arguments`;
    case 'tool':
      return `“${thing}”, whatever the arguments`;
    case 'server':
      return `everything that this rule asks about on ${visibleText(server)}`;
    case 'client':
      return 'everything that this rule asks about, on every server';
  }
}

/** What either answer will mean, before it is given. */
export function meaningSentence(
  call: Target,
  duration: AnswerDuration,
  scope: AnswerScope,
  calls: number,
): string {
  if (duration === 'once') {
    return calls === 1
      ? 'Your answer is for this call alone.'
      : `Your answer is for these ${count(calls)} calls.`;
  }
  const who = clientName(call.client.name);
  return `Your answer holds ${spans[duration]} for ${who}: ${scopeWords(call, scope)}.`;
}

/** What was answered: "Allowed for 15 minutes: “send_note” …". */
export function answeredSentence(
  call: Target,
  allow: boolean,
  duration: AnswerDuration,
  scope: AnswerScope,
  calls: number,
): string {
  const done = allow ? 'Allowed' : 'Denied';
  if (duration === 'once') return calls === 1 ? `${done} once.` : `${done} ${count(calls)} calls, once each.`;
  return `${done} ${spans[duration]}: ${scopeWords(call, scope)}.`;
}

/** What a grant is about, as a list names it. */
export function grantWords({ scope, server, method, tool, resource }: Grant): string {
  const thing = visibleText(tool ?? resource ?? method ?? '');
  switch (scope) {
    case 'arguments':
      return `${thing} of ${visibleText(server ?? '')}, with these arguments`;
    case 'tool':
      return `${thing} of ${visibleText(server ?? '')}`;
    case 'server':
      return `everything of ${visibleText(server ?? '')}`;
    case 'client':
      return 'everything';
  }
}

/** How long a grant holds yet. */
export function grantLeft({ expiresAt }: Grant, now: number): string {
  return expiresAt === null ? 'until the session ends' : `${countdown(expiresAt - now)} left`;
}

/** "First time", "14 times, allowed 13". */
export function beforeSentence(before: CallsBefore | null, now: number): string {
  if (before === null) return 'Looking in the log…';
  const { alike, same } = before;
  if (alike.calls === 0) return 'First time.';
  const seen = `${counted(alike.calls, 'time')}, ${fateOf(alike)}`;
  const last = alike.lastAt === null ? '' : `, last ${ago(alike.lastAt, now)}`;
  const exact = same.calls === 0 ? 'never with these arguments' : `${count(same.calls)} with these arguments`;
  return `${seen}${last}; ${exact}.`;
}

function fateOf({ calls, allowed, denied }: CallsBefore['alike']): string {
  if (allowed === calls) return 'always allowed';
  if (denied === calls) return 'always denied';
  return `allowed ${count(allowed)}`;
}

const hintWords: readonly (readonly [keyof ToolDescription['hints'], boolean, string])[] = [
  ['readOnly', true, 'only reads'],
  ['readOnly', false, 'changes things'],
  ['destructive', true, 'may destroy'],
  ['destructive', false, 'destroys nothing'],
  ['idempotent', true, 'can be repeated'],
  ['openWorld', true, 'reaches outside'],
  ['openWorld', false, 'stays inside'],
];

/** What a server says that its tool does, in a few words each. */
export function hintsOf({ hints }: ToolDescription): string[] {
  return hintWords.filter(([hint, value]) => hints[hint] === value).map(([, , words]) => words);
}

/** Who calls, as far as that is proven. */
export function proofSentence({ client }: Pick<PendingApproval, 'client'>): string {
  if (client.id !== null) return `known by its token as ${visibleText(client.id)}`;
  return 'no token: any program can call itself that';
}

/** Why a person is asked at all, where the policy does not say it. */
export const whySentences: Readonly<Record<PendingApproval['why'], string>> = {
  policy: 'The policy wants your word on this.',
  denied: 'The policy denies it. In mode Audit you are asked first.',
  all: 'In mode Audit you are asked about every call.',
};
