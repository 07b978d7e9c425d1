// Counts calls: in all, over time, and by what they have in common.
import type { z } from 'zod';
import type {
  CallCount,
  CallDecision,
  CallDimension,
  CallFilter,
  CallTop,
  CallValues,
  DecisionCounts,
  topQuery,
  valuesQuery,
} from '../../../shared/audit-search.ts';
import type { AskParts } from './ask-parts.ts';
import type { IndexDatabase } from './index-database.ts';
import { type Tally, tallyPart } from './tally.ts';

export interface ShapeMeaning {
  readonly decision: Exclude<CallDecision, 'asked'>;
  readonly asked: 0 | 1;
}

export function noCalls(): DecisionCounts {
  return { allowed: 0, failed: 0, unknown: 0, denied: 0, refused: 0, asked: 0 };
}

export function addTo(counts: DecisionCounts, { decision, asked }: ShapeMeaning, calls: number): void {
  counts[decision] += calls;
  if (asked === 1) counts.asked += calls;
}

export function totalOf({ allowed, failed, unknown, denied, refused }: DecisionCounts): number {
  return allowed + failed + unknown + denied + refused;
}

/** What the numbers of shapes stand for. */
export function meanings(database: IndexDatabase): (shape: number) => ShapeMeaning | undefined {
  const one = database.prepare<[number], ShapeMeaning>('SELECT decision, asked FROM shapes WHERE id = ?');
  return remembered((shape) => one.get(shape));
}

export async function countCalls(
  askParts: AskParts,
  filter: CallFilter,
  signal: AbortSignal,
): Promise<CallCount> {
  const decisions = noCalls();
  await askParts({
    filter,
    after: 0,
    newestFirst: true,
    signal,
    ask(database, conditions, part) {
      const meaningOf = meanings(database);
      for (const { shape, calls } of tallyPart(database, part, conditions, { kind: 'shape' })) {
        const meaning = meaningOf(shape);
        if (meaning !== undefined) addTo(decisions, meaning, calls);
      }
      return true;
    },
  });
  return { total: totalOf(decisions), decisions };
}

/** By value; without those that have none. */
async function countBy(
  askParts: AskParts,
  filter: CallFilter,
  by: CallDimension,
  signal: AbortSignal,
): Promise<Map<string, DecisionCounts>> {
  const counted = new Map<string, DecisionCounts>();
  const tallyBy = { kind: by === 'session' ? 'session' : 'shape' } as const;
  await askParts({
    filter,
    after: 0,
    newestFirst: true,
    signal,
    ask(database, conditions, part) {
      const meaningOf = meanings(database);
      const valueOf = values(database, by);
      for (const tally of tallyPart(database, part, conditions, tallyBy)) {
        const meaning = meaningOf(tally.shape);
        const value = valueOf(tally);
        if (meaning === undefined || value === undefined || value === '') continue;
        const decisions = counted.get(value) ?? noCalls();
        counted.set(value, decisions);
        addTo(decisions, meaning, tally.calls);
      }
      return true;
    },
  });
  return counted;
}

function values(database: IndexDatabase, by: CallDimension): (tally: Tally) => string | undefined {
  if (by === 'session') {
    const one = database.prepare<[number], string>('SELECT name FROM sessions WHERE id = ?').pluck();
    const nameOf = remembered((session) => one.get(session));
    return ({ of }) => nameOf(of);
  }
  const one = database.prepare<[number], string>(`SELECT ${by} FROM shapes WHERE id = ?`).pluck();
  const valueOf = remembered((shape) => one.get(shape));
  return ({ shape }) => valueOf(shape);
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

function remembered<V>(read: (key: number) => V): (key: number) => V {
  const known = new Map<number, V>();
  return (key) => {
    const value = known.get(key) ?? read(key);
    known.set(key, value);
    return value;
  };
}
