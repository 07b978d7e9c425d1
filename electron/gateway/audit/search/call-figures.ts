// Counts calls: in all, over time, and by what they have in common.
import type { z } from 'zod';
import type {
  CallCount,
  CallDimension,
  CallFilter,
  CallTop,
  CallValues,
  DecisionCounts,
  topQuery,
  valuesQuery,
} from '../../../shared/audit-search.ts';
import type { AskParts } from './ask-parts.ts';
import { type Tally, tallyPart } from './tally.ts';

export function noCalls(): DecisionCounts {
  return { allowed: 0, failed: 0, unknown: 0, denied: 0, refused: 0, asked: 0 };
}

export function addTo(counts: DecisionCounts, { decision, asked, calls }: Tally): void {
  counts[decision] += calls;
  if (asked === 1) counts.asked += calls;
}

function totalOf({ allowed, failed, unknown, denied, refused }: DecisionCounts): number {
  return allowed + failed + unknown + denied + refused;
}

export async function countCalls(
  askParts: AskParts,
  filter: CallFilter,
  signal: AbortSignal,
): Promise<CallCount> {
  const decisions = (await countBy(askParts, filter, null, signal)).get('') ?? noCalls();
  return { total: totalOf(decisions), decisions };
}

/** By value; of null there is one value, which is empty. */
async function countBy(
  askParts: AskParts,
  filter: CallFilter,
  value: CallDimension | null,
  signal: AbortSignal,
): Promise<Map<string, DecisionCounts>> {
  const counted = new Map<string, DecisionCounts>();
  await askParts({
    filter,
    after: 0,
    newestFirst: true,
    signal,
    ask(database, conditions, part) {
      for (const tally of tallyPart(database, part, conditions, { value, buckets: null })) {
        const decisions = counted.get(tally.value) ?? noCalls();
        counted.set(tally.value, decisions);
        addTo(decisions, tally);
      }
      return true;
    },
  });
  // Calls without any tool, rule, … are of no value.
  if (value !== null) counted.delete('');
  return counted;
}

export async function topOfCalls(
  askParts: AskParts,
  { filter, by, limit }: z.output<typeof topQuery>,
  signal: AbortSignal,
): Promise<CallTop> {
  const counted = await countBy(askParts, filter, by, signal);
  const all = [...counted].map(([value, decisions]) => ({ value, total: totalOf(decisions), decisions }));
  return {
    values: all.sort((a, b) => b.total - a.total || byText(a.value, b.value)).slice(0, limit),
    distinct: all.length,
  };
}

const listOf = {
  client: 'clients',
  agent: 'agents',
  server: 'servers',
  tool: 'tools',
  method: 'methods',
  rule: 'rules',
  reason: 'reasons',
  session: 'sessions',
} as const satisfies Record<CallDimension, keyof CallFilter>;

export async function valuesOfCalls(
  askParts: AskParts,
  { of, filter, contains, limit }: z.output<typeof valuesQuery>,
  signal: AbortSignal,
): Promise<CallValues> {
  const counted = await countBy(askParts, { ...filter, [listOf[of]]: [] }, of, signal);
  const wanted = contains.toLowerCase();
  const all = [...counted]
    .filter(([value]) => value.toLowerCase().includes(wanted))
    .map(([value, decisions]) => ({ value, calls: totalOf(decisions) }))
    .sort((a, b) => b.calls - a.calls || byText(a.value, b.value));
  return { values: all.slice(0, limit), more: all.length > limit };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
