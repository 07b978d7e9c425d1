// A call that acts on several resources is judged for each of them, as if it acted on that one alone.
import type { Decision, JudgedCall } from '../call.ts';

/** All or nothing: what is said of the whole is the strictest that is said of one. */
export function decideEach<C extends JudgedCall>(call: C, decide: (call: C) => Decision): Decision {
  if (call.resources.length < 2) return decide(call);
  return call.resources.map((resource) => decide({ ...call, resource })).reduce(stricter);
}

/** The stricter one of two, with what both have against the call. */
function stricter(one: Decision, other: Decision): Decision {
  const violations = [...new Set([...one.violations, ...other.violations])];
  return { ...(strictness(other) > strictness(one) ? other : one), violations };
}

function strictness({ allow, ask }: Decision): number {
  if (ask) return 1;
  return allow ? 0 : 2;
}
