// A call that acts on several resources is judged for each of them, as if it acted on that one alone.
import type { Decision, JudgedCall, Obligations } from '../call.ts';

/** All or nothing: what is said of the whole is the strictest that is said of one. */
export function decideEach<C extends JudgedCall>(call: C, decide: (call: C) => Decision): Decision {
  if (call.resources.length < 2) return decide(call);
  return call.resources.map((resource) => decide({ ...call, resource })).reduce(stricter);
}

/** The stricter one of two, with what both have against the call. */
function stricter(one: Decision, other: Decision): Decision {
  const violations = [...new Set([...one.violations, ...other.violations])];
  const obligations = together(one.obligations, other.obligations);
  const stricterOne = strictness(other) > strictness(one) ? other : one;
  return { ...stricterOne, violations, ...(obligations === undefined ? {} : { obligations }) };
}

/** What either of them wants. */
function together(one: Obligations | undefined, other: Obligations | undefined): Obligations | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    log: [...new Set([...one.log, ...other.log])],
    alert: one.alert ?? other.alert,
    redact: [...one.redact, ...other.redact],
  };
}

function strictness({ allow, ask }: Decision): number {
  if (ask) return 1;
  return allow ? 0 : 2;
}
