// Decides calls by the policy that was put in force last, and denies whatever it can't decide.
import type { Call, Decision, Surroundings } from '../call.ts';
import type { EvaluationMark, Logger, PolicyEngine, StandingAnswer } from '../ports.ts';
import { denial, readDecision } from './decision.ts';
import { decideEach } from './each-resource.ts';
import { buildInput } from './input.ts';
import { readListed } from './listed.ts';
import { standingFor } from './answers/standing.ts';
import type { LoadedPolicy } from './load.ts';
import { instantiatePolicy, type WasmPolicy } from './wasm-policy.ts';

export interface PolicyEngineOptions extends Surroundings {
  /** An evaluation that takes longer is a denial, milliseconds; what the thread waits for a processor does not count. */
  readonly timeoutMs: number;
  /** Whether a builtin function that fails fails the whole evaluation, or is undefined. */
  readonly strictBuiltinErrors: boolean;
  /** Tells another thread, which can end one that does not come back, what is being evaluated. */
  readonly mark: EvaluationMark | null;
  readonly logger: Logger;
}

/** Denies every call until a policy is put in force. */
export interface SwappableEngine extends Omit<PolicyEngine, 'overview'> {
  /** Between two calls: each is decided by one policy alone. `hash` names it to whoever watches. */
  use(policy: LoadedPolicy, hash: string): void;
  /** Denies every call from now on; `why` is for people. */
  refuse(why: string): void;
}

interface InForce {
  readonly policy: LoadedPolicy;
  /** Made at the first call, and anew after whatever went wrong in it. */
  instance: WasmPolicy | null;
}

/** An instance that a huge call has made grow by more than this is replaced, because its memory never shrinks. */
const maxGrownBytes = 16 * 1024 * 1024;

export function createPolicyEngine(options: PolicyEngineOptions): SwappableEngine {
  const { logger, mark, timeoutMs, strictBuiltinErrors } = options;
  let inForce: InForce | null = null;
  let refusal = denial('policy_unavailable', 'No policy is in force yet, so every call is denied');

  /** What the policy answers, or in words why it could not be asked. */
  function ask(
    now: InForce,
    entrypoint: string,
    call: Call,
  ): { readonly results: unknown } | { readonly failure: string } {
    mark?.begin(call);
    const begun = performance.now();
    try {
      const { module, data, project } = now.policy;
      const instance = (now.instance ??= instantiatePolicy(module, data, { strictBuiltinErrors }));
      const evaluate = () => instance.evaluate(entrypoint, project(buildInput(call, options)), call.at);
      let results = evaluate();
      if (performance.now() - begun > timeoutMs) {
        // It may be the machine that is slow. Then the same again takes the thread no longer than it may.
        mark?.end();
        mark?.begin(call);
        const before = process.threadCpuUsage();
        results = evaluate();
        const { user, system } = process.threadCpuUsage(before);
        const usedMs = (user + system) / 1000;
        if (usedMs >= timeoutMs)
          throw new Error(`it took ${usedMs.toFixed(0)} ms, where ${timeoutMs} ms are allowed`);
        logger.warn('policy_evaluation_delayed', { requestId: call.requestId, usedMs });
      }
      const bytes = instance.grownBytes();
      if (bytes > maxGrownBytes) {
        logger.info('policy_instance_replaced', { requestId: call.requestId, bytes });
        now.instance = null;
      }
      return { results };
    } catch (error) {
      // A throw leaves the instance's stack where it was: some 1,400 later every evaluation would fail.
      now.instance = null;
      const failure = error instanceof Error ? error.message : String(error);
      logger.error('policy_evaluation_failed', { requestId: call.requestId, entrypoint, error: failure });
      return { failure };
    } finally {
      mark?.end();
    }
  }

  function decideOne(call: Call): Decision {
    if (inForce === null) return refusal;
    const { question } = inForce.policy;
    const answer = ask(inForce, question.entrypoint, call);
    if ('results' in answer) return readDecision(answer.results, question.form);
    return denial('evaluation_error', `The policy could not be evaluated for this call: ${answer.failure}`);
  }

  return {
    use(policy, hash) {
      inForce = { policy, instance: null };
      mark?.policy(hash, timeoutMs);
    },

    refuse(why) {
      inForce = null;
      refusal = denial('policy_unavailable', why);
    },

    decide: (call: Call): Decision => decideEach(call, decideOne),

    standing(call: Call, decision: Decision): StandingAnswer | null {
      const now = inForce;
      const entrypoint = now?.policy.question.answers ?? null;
      if (now === null || entrypoint === null) return null;
      // What can't be evaluated answers nothing: a person is asked.
      return standingFor(call, decision, (one) => {
        const answer = ask(now, entrypoint, one);
        return 'results' in answer ? answer.results : null;
      });
    },

    lists(call: Call, isTemplate: boolean): boolean {
      if (inForce === null) return false;
      const { question, foreseeable } = inForce.policy;
      if (question.listed === null) {
        if (!(isTemplate ? foreseeable.template : foreseeable.item)) return true;
        const { allow, ask: asks } = decideOne(call);
        return allow || asks;
      }
      const answer = ask(inForce, question.listed, call);
      const listed = 'results' in answer ? readListed(answer.results) : null;
      if (listed === null) {
        const { method, tool, resource } = call;
        logger.warn('policy_listed_unusable', { rule: question.listed, method, item: tool ?? resource });
      }
      return listed ?? false;
    },

    close(): void {
      inForce = null;
      refusal = denial('policy_unavailable', 'The policy engine is closed');
    },
  };
}
