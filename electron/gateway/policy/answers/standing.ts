// Finds the answer that a person gave for always to the question that is asked now.
import { z } from 'zod';
import type { Decision, JudgedCall } from '../../call.ts';
import type { StandingAnswer } from '../../ports.ts';

/** An element of `data.mcp.answers.given`. Others are passed over: they answer nothing. */
const given = z.object({
  name: z.string(),
  allow: z.boolean(),
  /** The rule that asks: another one's question is not answered by it. */
  asked_by: z.string(),
});

/**
 * Of several answers one that denies counts. A call that acts on several resources is answered where each of them is,
 * and denied where one is.
 * @param evaluate what `given` is for a call
 */
export function standingFor<C extends JudgedCall>(
  call: C,
  { matchedRule }: Pick<Decision, 'matchedRule'>,
  evaluate: (call: C) => unknown,
): StandingAnswer | null {
  const each = call.resources.length < 2 ? [call] : call.resources.map((resource) => ({ ...call, resource }));
  const answers = each.map((one) => strictest(answersIn(evaluate(one), matchedRule ?? '')));
  const denied = answers.find((answer) => answer?.allow === false);
  if (denied !== undefined) return denied;
  return answers.includes(null) ? null : (answers[0] ?? null);
}

function strictest(answers: readonly StandingAnswer[]): StandingAnswer | null {
  return answers.find(({ allow }) => !allow) ?? answers[0] ?? null;
}

function answersIn(results: unknown, askedBy: string): StandingAnswer[] {
  const [first] = Array.isArray(results) ? (results as { result?: unknown }[]) : [];
  const elements: unknown[] = Array.isArray(first?.result) ? first.result : [];
  return elements
    .flatMap((element) => given.safeParse(element).data ?? [])
    .filter((answer) => answer.asked_by === askedBy)
    .map(({ name, allow }) => ({ allow, rule: name }))
    .sort((a, b) => (a.rule < b.rule ? -1 : 1));
}
