// What the desktop's notification says about calls that wait, and which buttons it has.
import type { PendingApproval } from '../../shared/approvals.ts';
import type { NoticeButton } from '../notification/notice-board.ts';
import { grouped } from './grouped.ts';
import { oneLine } from './one-line.ts';
import { readableCall, shortName } from './readable-call.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly buttons: readonly NoticeButton[];
  /** The calls that Allow and Deny answer; none where it tells of more than one thing. */
  readonly answers: readonly string[];
}

/** Characters; desktops cut longer texts where they like. */
const room = { line: 160, all: 160 };

/** Null where nothing waits. */
export function noticeOf(waiting: readonly PendingApproval[]): Notice | null {
  const groups = grouped(waiting);
  const [only, ...others] = groups;
  if (only === undefined) return null;
  if (others.length > 0) {
    const title = `${waiting.length} calls wait for your answer`;
    return { title, body: names(waiting), buttons: ['show'], answers: [] };
  }
  const { first, ids } = only;
  const times = ids.length === 1 ? '' : `, ${ids.length} times the same`;
  const { what, lines, isWhole } = readableCall(first, room);
  const why = first.ruleWords === null ? [] : [oneLine(first.ruleWords.title)];
  const body = [`It wants to call ${what} of ${oneLine(first.server)}${times}.`, ...lines, ...why].join('\n');
  const title = `${oneLine(first.client.name)} waits for your answer`;
  // Nobody allows what could not be shown: that takes the prompt, which shows everything.
  return { title, body, buttons: isWhole ? ['allow', 'deny'] : ['show', 'deny'], answers: ids };
}

function names(waiting: readonly PendingApproval[]): string {
  const wanted = waiting.map((call) => `${oneLine(call.client.name)}: ${oneLine(shortName(call))}`);
  return [...new Set(wanted)].slice(0, 4).join('\n');
}
