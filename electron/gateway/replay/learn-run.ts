// Learns from the tool calls of a period.
import type { Database } from 'better-sqlite3';
import { recordedUses } from '../audit/recorded-uses.ts';
import { learnedFiles } from '../policy/learn/learned-rego.ts';
import { createUseCollector } from '../policy/learn/uses.ts';
import type { LearnNews, LearnTask } from './replay-news.ts';

/** A sign of life after so many calls. */
const newsEvery = 2_000;

export function runLearn(database: Database, { from, to }: LearnTask, tell: (news: LearnNews) => void): void {
  const uses = createUseCollector();
  let calls = 0;
  let withoutArguments = 0;
  for (const use of recordedUses(database, { from, to })) {
    uses.add(use);
    calls += 1;
    if (use.arguments === null) withoutArguments += 1;
    if (calls % newsEvery === 0) tell({ calls, learned: null });
  }
  const { proposals, cut } = uses.proposals();
  tell({ calls, learned: { proposals, cut, calls, withoutArguments, files: learnedFiles(proposals) } });
}
