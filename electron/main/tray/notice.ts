// What the desktop's notification says about calls that wait.
import type { PendingApproval } from '../../shared/approvals.ts';
import { grouped } from './grouped.ts';
import { noticeText } from './one-line.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** The calls that Allow and Deny on it answer; none where it tells of more than one thing. */
  readonly answers: readonly string[];
}

/** Null where nothing waits. Arguments stay out of it: notifications are kept and shown on locked screens. */
export function noticeOf(waiting: readonly PendingApproval[]): Notice | null {
  const groups = grouped(waiting);
  const [only, ...others] = groups;
  if (only === undefined) return null;
  if (others.length > 0)
    return { title: `${waiting.length} calls wait for your answer`, body: names(waiting), answers: [] };
  const { first, ids } = only;
  const times = ids.length === 1 ? '' : `, ${ids.length} times the same`;
  const why = first.ruleWords === null ? '' : `\n${noticeText(first.ruleWords.title)}`;
  return {
    title: `${noticeText(first.client.name)} waits for your answer`,
    body: `It wants to call ${wanted(first)} of ${noticeText(first.server)}${times}.${why}`,
    answers: ids,
  };
}

function names(waiting: readonly PendingApproval[]): string {
  return [...new Set(waiting.map((approval) => `${noticeText(approval.client.name)}: ${wanted(approval)}`))]
    .slice(0, 4)
    .join('\n');
}

function wanted({ tool, resource, method }: PendingApproval): string {
  return noticeText(tool ?? resource ?? method);
}
