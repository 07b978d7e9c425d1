// Rules that were proposed, while somebody looks through them: which are kept, and what was changed in them.
import type { PathPrefixes, PolicyProposal } from '../../../electron/shared/policy-trial.ts';

export interface LearnedRule {
  readonly id: number;
  readonly proposal: PolicyProposal;
  readonly kept: boolean;
  /** Its arguments are not looked at. The folders are remembered, for whoever thinks better of it. */
  readonly free: boolean;
  /** As they are edited: an argument may be without a name or a folder for a while. */
  readonly prefixes: readonly PathPrefixes[];
}

/** The rules of one client for one server. */
export interface RuleGroup {
  readonly key: string;
  readonly client: string;
  readonly proven: boolean;
  readonly server: string;
  readonly rules: readonly LearnedRule[];
}

export function ruleOf(proposal: PolicyProposal, id: number): LearnedRule {
  const { prefixes } = proposal;
  return { id, proposal, kept: true, free: prefixes.length === 0, prefixes };
}

/** Another tool of the same client and server, which nobody has called yet. */
export function emptyRule({ client, proven, server }: RuleGroup, tool: string, id: number): LearnedRule {
  const never = { calls: 0, firstAt: 0, lastAt: 0, prefixes: [], examples: [] };
  return ruleOf({ client, proven, server, tool, ...never }, id);
}

/** Folders that count; none where the arguments are free. */
export function foldersOf({ free, prefixes }: LearnedRule): PathPrefixes[] {
  return free ? [] : prefixes.filter(({ argument, folders }) => argument !== '' && folders.length > 0);
}

/** What a policy is made from. */
export function proposalOf(rule: LearnedRule): PolicyProposal {
  return { ...rule.proposal, prefixes: foldersOf(rule) };
}

/** In their order. */
export function groupsOf(rules: readonly LearnedRule[]): RuleGroup[] {
  const keyOf = ({ proposal: { client, proven, server } }: LearnedRule) =>
    JSON.stringify([client, proven, server]);
  return [...Map.groupBy(rules, keyOf)].flatMap(([key, of]) => {
    const [first] = of;
    if (first === undefined) return [];
    const { client, proven, server } = first.proposal;
    return { key, client, proven, server, rules: of };
  });
}

/** One folder a line; each ends with its separator, so that `/srv/data` does not mean `/srv/data-of-others`. */
export function foldersIn(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const folders = lines.filter((line) => line !== '');
  return [...new Set(folders.map((each) => (/[\\/]$/.test(each) ? each : `${each}${separatorOf(each)}`)))];
}

function separatorOf(folder: string): string {
  return folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
}

/** Each once, in the order of the rules. */
export function namesIn(rules: readonly LearnedRule[], of: 'client' | 'server'): string[] {
  return [...new Set(rules.map(({ proposal }) => proposal[of]))];
}
