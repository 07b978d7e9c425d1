// Decides the newest recorded calls anew, and notes those that would be answered otherwise.
import type { Database } from 'better-sqlite3';
import type { PolicyAnswer, ReplayChange, UnknownInput } from '../../shared/policy-trial.ts';
import { countRecordedCalls, recordedCalls } from '../audit/recorded-calls.ts';
import { answerOf, type Decision, type RecordedCall } from '../call.ts';
import { createJudge, looksAt } from '../policy/judge.ts';
import type { ReplayNews, ReplayTask } from './replay-news.ts';

type KnownCall = Extract<RecordedCall, { known: true }>;

/** Time between two pieces of news, milliseconds. */
const newsEveryMs = 100;

export function runReplay(
  database: Database,
  { count, policy }: ReplayTask,
  tell: (news: ReplayNews) => void,
): void {
  const judge = createJudge(policy);
  const total = countRecordedCalls(database, count);
  const skipped = new Map<UnknownInput, number>();
  const changes = new Map<string, { from: PolicyAnswer; to: PolicyAnswer; calls: number }>();
  let decided = 0;
  let changed = 0;
  let found: ReplayChange[] = [];

  function report(done: boolean): void {
    tell({
      total,
      decided,
      changed,
      skipped: [...skipped].map(([why, calls]) => ({ why, calls })),
      changes: [...changes.values()],
      found,
      done,
    });
    found = [];
  }

  report(false);
  let toldAt = performance.now();
  for (const recorded of recordedCalls(database, total, looksAt(policy))) {
    if (recorded.known) look(recorded);
    else skipped.set(recorded.why, (skipped.get(recorded.why) ?? 0) + 1);
    if (performance.now() - toldAt < newsEveryMs) continue;
    report(false);
    toldAt = performance.now();
  }
  report(true);

  function look(recorded: KnownCall): void {
    const decision = judge(recorded.call, recorded.surroundings);
    decided += 1;
    const from = recorded.answer;
    const to = answerOf(decision);
    if (from === to) return;
    changed += 1;
    const key = `${from} ${to}`;
    changes.set(key, { from, to, calls: (changes.get(key)?.calls ?? 0) + 1 });
    found.push(changeOf(recorded, to, decision));
  }
}

function changeOf({ id, call, answer, rule }: KnownCall, to: PolicyAnswer, decision: Decision): ReplayChange {
  const { at, client, server, method, tool, resource } = call;
  return {
    callId: id,
    at,
    client: client.name,
    server,
    method,
    tool,
    resource,
    from: answer,
    fromRule: rule,
    to,
    toRule: decision.matchedRule,
    violations: [...decision.violations],
  };
}
