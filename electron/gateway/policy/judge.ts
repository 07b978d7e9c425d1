// Decides recorded calls by a policy that is not in force, as it would have decided them then.
import type { Decision, JudgedCall, Surroundings } from '../call.ts';
import type { SendablePolicy } from './candidate.ts';
import { standingFor } from './answers/standing.ts';
import { denial, readDecision } from './decision.ts';
import { decideEach } from './each-resource.ts';
import { mayRead } from './input-paths.ts';
import { buildInput } from './input.ts';
import { createProjection } from './projection.ts';
import { instantiatePolicy, type WasmPolicy } from './wasm-policy.ts';

export type Judge = (call: JudgedCall, surroundings: Surroundings) => Decision;

/** An instance that has grown by more than this is replaced, because its memory never shrinks. */
const maxGrownBytes = 16 * 1024 * 1024;

/** Like the engine, it denies what can't be decided; unlike the engine it says nothing to the log. */
export function createJudge({ module, question, data, inputPaths }: SendablePolicy): Judge {
  const project = createProjection(inputPaths);
  let instance: WasmPolicy | null = null;

  function decideOne(call: JudgedCall, surroundings: Surroundings): Decision {
    try {
      instance ??= instantiatePolicy(module, data);
      const results = instance.evaluate(
        question.entrypoint,
        project(buildInput(call, surroundings)),
        call.at,
      );
      const decision = answered(readDecision(results, question.form), call, surroundings);
      if (instance.grownBytes() > maxGrownBytes) instance = null;
      return decision;
    } catch (error) {
      // A throw leaves the instance's stack where it was.
      instance = null;
      const why = error instanceof Error ? error.message : String(error);
      return denial('evaluation_error', `The policy could not be evaluated for this call: ${why}`);
    }
  }

  /** A question that was answered for always is none. */
  function answered(decision: Decision, call: JudgedCall, surroundings: Surroundings): Decision {
    const { answers } = question;
    if (!decision.ask || answers === null) return decision;
    const standing = standingFor(call, decision, (one) =>
      instance?.evaluate(answers, project(buildInput(one, surroundings)), one.at),
    );
    if (standing === null) return decision;
    return { ...decision, ask: false, allow: standing.allow, matchedRule: standing.rule };
  }

  return (call, surroundings) => decideEach(call, (one) => decideOne(one, surroundings));
}

/** What of a call can make a difference, of that which is hard to find again. */
export function looksAt({ inputPaths }: SendablePolicy): { history: boolean; arguments: boolean } {
  const reads = (...path: string[]) => mayRead(inputPaths, path);
  return {
    history: reads('session', 'history'),
    arguments: reads('arguments') || reads('request', 'arguments'),
  };
}
