// What compiled policies are asked: their `decision`, or, where they have none, the rules that stand for one.
import type { PolicyForm } from './decision.ts';

const decision = 'mcp/policy/decision';
const answer = 'mcp_proxy/answer';
const allow = 'mcp/policy/allow';
const listed = 'mcp/policy/listed';
/** What people have answered for always; asked only where a person would be. */
const answers = 'mcp/answers/given';

/** What a policy without `decision` is asked. Each is left out of the answer where it is undefined. */
const rules = ['allow', 'ask', 'deny', 'matched_rule', 'message', 'required_capability', 'violations'];

/**
 * Gathers those rules into one. Asking for the whole package (`mcp/policy`) would evaluate every rule in it, and OPA
 * refuses to compile that for packages in which one function calls another. Reads as Rego v1 in both dialects.
 */
export const answerModule = `package mcp_proxy
import rego.v1
${rules.map((rule) => `answer["${rule}"] := data.mcp.policy.${rule}`).join('\n')}
`;

export interface Attempt {
  /** OPA compiles only what it is asked for, and fails where a rule of that name is not declared. */
  readonly entrypoints: readonly string[];
  readonly withAnswer: boolean;
}

/** Whether a file has answers in it: they are declared by text alone, because each attempt costs a compilation. */
const declaresAnswers = /^package mcp\.answers\b[^]*^given\b/mu;

/** @param texts of all files */
export function attemptsFor(texts: readonly string[]): readonly Attempt[] {
  const beside = texts.some((text) => declaresAnswers.test(text)) ? [answers] : [];
  return attempts.map((attempt) => ({ ...attempt, entrypoints: [...attempt.entrypoints, ...beside] }));
}

/** Tried in this order: which one compiles tells what the policy declares. */
const attempts: readonly Attempt[] = [
  { entrypoints: [decision], withAnswer: false },
  ...[allow, 'mcp/policy/deny', 'mcp/policy/violations'].map((declared) => ({
    entrypoints: [answer, declared],
    withAnswer: true,
  })),
].flatMap((attempt) => [{ ...attempt, entrypoints: [...attempt.entrypoints, listed] }, attempt]);

export interface Question {
  /** The entrypoint to evaluate. */
  readonly entrypoint: string;
  readonly form: PolicyForm;
  /** What is asked, in the words of Rego. */
  readonly rule: string;
  /** The entrypoint that says what stands in lists; null where the policy leaves that open. */
  readonly listed: string | null;
  /** The entrypoint that gives the answers for always; null where there are none. */
  readonly answers: string | null;
}

/** @param compiled entrypoints of a bundle; null where they are none of the above */
export function questionFor(compiled: readonly string[]): Question | null {
  const beside = {
    listed: compiled.includes(listed) ? listed : null,
    answers: compiled.includes(answers) ? answers : null,
  };
  if (compiled.includes(decision)) {
    const form = { kind: 'decision' } as const;
    return { entrypoint: decision, form, rule: 'data.mcp.policy.decision', ...beside };
  }
  if (!compiled.includes(answer)) return null;
  const form = { kind: 'rules', declaresAllow: compiled.includes(allow) } as const;
  return { entrypoint: answer, form, rule: 'data.mcp.policy', ...beside };
}
