// Rules out of recorded calls, in words.
import type { PathPrefixes, PolicyAnswer, PolicyLearned } from '../../electron/shared/policy-trial.ts';
import { count, counted } from '../format.ts';
import { visibleText } from '../visible-text.ts';
import { clientName, serverName } from './clients.ts';

/** Fewer calls than this are no habit yet. */
const fewCalls = 20;

/** What was found in the log. */
export function foundSentence({
  calls,
  withoutArguments,
}: Pick<PolicyLearned, 'calls' | 'withoutArguments'>): string {
  const found = `${counted(calls, 'tool call')} went through in this period.`;
  if (withoutArguments === 0) return found;
  return `${found} Of ${count(withoutArguments)} the arguments are not known: those tools have no folders.`;
}

/** What is worth thinking of before these rules are saved; null where nothing is. */
export function learnWarning({ calls, cut }: Pick<PolicyLearned, 'calls' | 'cut'>): string | null {
  if (calls < fewCalls)
    return `That is little to learn from: what your clients did not happen to use would be denied. Let them work for a while first, or choose a longer period.`;
  return cut
    ? 'There were more kinds of calls than can be shown: the rarest are left out, and would be denied.'
    : null;
}

/** Who a group of rules is about: "Cursor uses 3 tools of files". */
export function usesSentence(client: string, server: string, tools: number): string {
  return `${clientName(client)} uses ${counted(tools, 'tool')} of ${serverName(server)}`;
}

/** Where a tool may reach: "in /home/me/project/ (path)". */
export function whereWords(prefixes: readonly PathPrefixes[]): string {
  if (prefixes.length === 0) return 'with any arguments';
  return prefixes
    .map(({ argument, folders }) => `in ${folders.map(visibleText).join(' or ')} (${visibleText(argument)})`)
    .join(', ');
}

/** What a rule of one call would do, before the call is named. */
export const ruleActs: Readonly<Record<PolicyAnswer, string>> = {
  allow: 'Calls like this one are allowed',
  ask: 'You are asked about calls like this one',
  deny: 'Calls like this one are denied',
};

/** The one set of rules that each answer needs the other policies to look at. */
export const ruleSets: Readonly<Record<PolicyAnswer, string>> = {
  allow: 'exceptions',
  ask: 'questions',
  deny: 'objections',
};
