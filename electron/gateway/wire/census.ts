// Looks through a parsed value for what would keep a policy and a server from reading the same in it.

/** Deeper messages are refused: neither a policy nor a person can judge them. */
export const MAX_DEPTH = 256;

export interface Census {
  /** How many members all objects have together. */
  members: number;
  /** Something is nested deeper than MAX_DEPTH; what lies there was not counted. */
  tooDeep: boolean;
  /** A number was too large for a double (1e400): it became infinite here, and may be something else to a server. */
  infinite: boolean;
}

export function takeCensus(value: unknown): Census {
  const census: Census = { members: 0, tooDeep: false, infinite: false };
  count(value, 0, census);
  return census;
}

function count(value: unknown, depth: number, census: Census): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) census.infinite = true;
  } else if (typeof value === 'object' && value !== null) {
    if (depth > MAX_DEPTH) census.tooDeep = true;
    else if (Array.isArray(value)) for (const one of value as unknown[]) count(one, depth + 1, census);
    else countMembers(value as Record<string, unknown>, depth, census);
  }
}

/** What JSON.parse makes has no enumerable members but its own; `for … in` takes half the time of Object.values. */
function countMembers(object: Readonly<Record<string, unknown>>, depth: number, census: Census): void {
  for (const name in object) {
    census.members += 1;
    count(object[name], depth + 1, census);
  }
}
