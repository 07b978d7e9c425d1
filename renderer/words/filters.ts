// By what the log can be narrowed, in words.
import type {
  CallDecision,
  CallDimension,
  CallSort,
  DecisionCounts,
} from '../../electron/shared/audit-search.ts';
import { count, latency, shortTime } from '../format.ts';
import type { FilterList, FilterPart } from '../state/activity/question.ts';
import { visibleText } from '../visible-text.ts';
import { clientName } from './clients.ts';
import { reasonName, statusWord, type VerdictLook } from './verdicts.ts';

export const decisionWords: Readonly<Record<CallDecision, string>> = {
  allowed: 'Allowed',
  denied: 'Denied',
  refused: 'Refused',
  failed: 'Failed',
  unknown: 'Unknown',
  asked: 'Asked',
};

/** The verdict whose colour and shape a decision has: what was let through and went wrong is nobody's verdict. */
export const decisionLooks: Readonly<Record<CallDecision, VerdictLook>> = {
  allowed: 'allow',
  denied: 'deny',
  refused: 'deny',
  failed: 'unknown',
  unknown: 'unknown',
  asked: 'ask',
};

export const decisionMeanings: Readonly<Record<CallDecision, string>> = {
  allowed: 'Let through',
  denied: 'Denied by policy, person, rate or pause',
  refused: 'Refused at the door, before it was a call',
  failed: 'Let through, and the server failed or answered with an error',
  unknown: 'Let through, and the proxy ended before its end',
  asked: 'A person was asked, whatever came of it',
};

export const sortNames: Readonly<Record<CallSort, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  slowest: 'Slowest first',
  fastest: 'Fastest first',
  largest: 'Largest first',
  smallest: 'Smallest first',
};

const listNames: Readonly<Record<FilterList, string>> = {
  clients: 'Client',
  agents: 'Agent',
  servers: 'Server',
  tools: 'Tool',
  methods: 'Method',
  rules: 'Rule',
  sessions: 'Session',
  reasons: 'Reason',
  statuses: 'Status',
  decisions: 'Decision',
};

/** What can be chosen from a menu of values, and the member of the filter that takes it. */
export const valueMenus: readonly { of: CallDimension; list: FilterList; name: string }[] = [
  { of: 'client', list: 'clients', name: listNames.clients },
  { of: 'server', list: 'servers', name: listNames.servers },
  { of: 'tool', list: 'tools', name: listNames.tools },
  { of: 'method', list: 'methods', name: listNames.methods },
  { of: 'rule', list: 'rules', name: listNames.rules },
  { of: 'reason', list: 'reasons', name: listNames.reasons },
  { of: 'session', list: 'sessions', name: listNames.sessions },
  { of: 'agent', list: 'agents', name: listNames.agents },
];

/** A value as people know it; the empty text stands for none. */
export function valueName(list: FilterList, value: string): string {
  if (list === 'clients') return clientName(value);
  if (value === '') return 'none';
  if (list === 'reasons') return reasonName(value);
  if (list === 'statuses') return statusWord(value);
  return visibleText(value);
}

/** A chip: its name and what it says. */
export function partWords(part: FilterPart, now: number): { name: string; value: string } {
  switch (part.kind) {
    case 'time':
      return { name: 'Time', value: timeWords(part.from, part.to, now) };
    case 'value':
      return { name: listNames[part.of], value: valueName(part.of, part.value) };
    case 'slower':
      return { name: 'Slower than', value: latency(part.micros) };
    case 'redacted':
      return { name: 'Secrets', value: part.on ? 'taken out' : 'none taken out' };
    case 'alerted':
      return { name: 'Alerts', value: part.on ? 'you were told' : 'none' };
  }
}

function timeWords(from: number | null, to: number | null, now: number): string {
  if (from !== null && to !== null) return `${shortTime(from, now)} – ${shortTime(to, now)}`;
  if (from !== null) return `since ${shortTime(from, now)}`;
  return to === null ? 'all' : `before ${shortTime(to, now)}`;
}

/** "120 calls: 110 allowed, 10 denied; 3 asked about" */
export function countsSentence(decisions: DecisionCounts): string {
  const { asked, ...ends } = decisions;
  const total = Object.values(ends).reduce((sum, one) => sum + one, 0);
  const parts = (Object.entries(ends) as [Exclude<CallDecision, 'asked'>, number][])
    .filter(([, calls]) => calls > 0)
    .map(([decision, calls]) => `${count(calls)} ${decisionWords[decision].toLowerCase()}`);
  const about = asked > 0 ? `; ${count(asked)} asked about` : '';
  return total === 0
    ? 'no call'
    : `${count(total)} ${total === 1 ? 'call' : 'calls'}: ${parts.join(', ')}${about}`;
}
