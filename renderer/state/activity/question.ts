// What of the log is asked for: a filter, and what can be taken out of it or put into it again.
import type { CallFilter, CallSort } from '../../../electron/shared/audit-search.ts';

/** Only what narrows the log is in it. */
export type Filter = Partial<CallFilter>;

export interface Question {
  readonly filter: Filter;
  readonly sort: CallSort;
}

/** The members that list values, any of which may hold. */
type Listed = Exclude<
  { [M in keyof CallFilter]-?: CallFilter[M] extends string[] ? M : never }[keyof CallFilter],
  undefined
>;
export type FilterList = Listed;

/** One thing by which the log is narrowed, as a chip shows it. */
export type FilterPart =
  | { readonly kind: 'time'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'value'; readonly of: FilterList; readonly value: string }
  | { readonly kind: 'slower'; readonly micros: number }
  | { readonly kind: 'redacted' | 'alerted'; readonly on: boolean };

type ChipList = Exclude<FilterList, 'decisions'>;

// A record rather than a list, because a record that lacks a list of the filter, or has one too many, does not compile.
const lists = Object.keys({
  clients: true,
  agents: true,
  servers: true,
  tools: true,
  methods: true,
  rules: true,
  sessions: true,
  reasons: true,
  statuses: true,
} satisfies Record<ChipList, true>) as ChipList[];

/** What the filter consists of besides words and decisions, which have controls of their own. */
export function partsOf(filter: Filter): FilterPart[] {
  const parts: FilterPart[] = [];
  const { from = null, to = null } = filter;
  if (from !== null || to !== null) parts.push({ kind: 'time', from, to });
  for (const of of lists) for (const value of filter[of] ?? []) parts.push({ kind: 'value', of, value });
  if (filter.minLatencyMicros !== undefined) parts.push({ kind: 'slower', micros: filter.minLatencyMicros });
  if (filter.redacted !== undefined) parts.push({ kind: 'redacted', on: filter.redacted });
  if (filter.alerted !== undefined) parts.push({ kind: 'alerted', on: filter.alerted });
  return parts;
}

/** The filter without one of its parts. */
export function withoutPart(filter: Filter, part: FilterPart): Filter {
  switch (part.kind) {
    case 'time':
      return without(filter, 'from', 'to');
    case 'value':
      return toggled(filter, part.of, part.value);
    case 'slower':
      return without(filter, 'minLatencyMicros');
    default:
      return without(filter, part.kind);
  }
}

/** Puts a value into a list, or takes it out where it is in it. */
export function toggled(filter: Filter, of: FilterList, value: string): Filter {
  const values: readonly string[] = filter[of] ?? [];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  return next.length === 0 ? without(filter, of) : { ...filter, [of]: next };
}

/** The filter without some of its members. */
export function without(filter: Filter, ...members: (keyof Filter)[]): Filter {
  return Object.fromEntries(
    Object.entries(filter).filter(([member]) => !members.includes(member as keyof Filter)),
  );
}

/** Without what says nothing: empty lists and texts, which the log fills in where a search is saved. */
export function narrowing(filter: Filter): Filter {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== '' && !isEmptyList(value)),
  );
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;
