// The policy service: decides calls by the policies of a folder, and denies whatever it can't decide.
import type { PolicyOverview } from '../../shared/domain.ts';
import type { Call, Decision } from '../call.ts';
import type { Logger, PolicyEngine } from '../ports.ts';
import { denial, readDecision } from './decision.ts';
import { decideEach } from './each-resource.ts';
import { buildInput, type Surroundings } from './input.ts';
import { readListed } from './listed.ts';
import { loadPolicy, type LoadedPolicy, type PolicyLoad, type PolicyPlaces } from './load.ts';
import { describeFailure, failed } from './policy-failure.ts';
import { instantiatePolicy, type WasmPolicy } from './wasm-policy.ts';

export interface PolicyEngineOptions extends PolicyPlaces, Surroundings {
  readonly logger: Logger;
}

/** An instance that a huge call has made grow by more than this is replaced, because its memory never shrinks. */
const maxGrownBytes = 16 * 1024 * 1024;

/**
 * Resolves always: policies that can't be used give an engine that denies every call, and whose overview says what
 * is wrong and where. Compiling takes a few tenths of a second, and is done once for each state of the folder.
 */
export async function createPolicyEngine(options: PolicyEngineOptions): Promise<PolicyEngine> {
  const { logger, policyDir } = options;
  const { files, policy } = await load(options);
  const problem = policy.ok ? null : describeFailure(policy.failure);
  if (problem !== null) logger.error('policy_unusable', { folder: policyDir, problem });
  const overview: PolicyOverview = {
    source: policyDir,
    files: files.map(({ name, text }) => ({ name, text })),
    entrypoint: policy.ok ? policy.value.question.rule : 'data.mcp.policy',
    problem,
    diagnostics: [],
    version: null,
  };
  if (!policy.ok) {
    const refusal = denial(
      'policy_unavailable',
      `No policy is in force, so every call is denied. ${problem}`,
    );
    return {
      decide: () => refusal,
      lists: () => false,
      overview: () => overview,
      close: () => undefined,
    };
  }
  return { ...createEvaluator(policy.value, options), overview: () => overview };
}

async function load(options: PolicyEngineOptions): Promise<PolicyLoad> {
  try {
    return await loadPolicy(options, options.logger);
  } catch (error) {
    return { files: [], policy: failed(error instanceof Error ? error.message : String(error)) };
  }
}

function createEvaluator(
  { module, question, data, project, foreseeable }: LoadedPolicy,
  options: PolicyEngineOptions,
) {
  const { logger } = options;
  let instance: WasmPolicy | null = null;
  let closed = false;

  /** What the policy answers, or in words why it could not be asked. */
  function ask(entrypoint: string, call: Call): { readonly results: unknown } | { readonly failure: string } {
    try {
      instance ??= instantiatePolicy(module, data);
      const results = instance.evaluate(entrypoint, project(buildInput(call, options)), call.at);
      const bytes = instance.grownBytes();
      if (bytes > maxGrownBytes) {
        logger.info('policy_instance_replaced', { requestId: call.requestId, bytes });
        instance = null;
      }
      return { results };
    } catch (error) {
      // A throw leaves the instance's stack where it was: some 1,400 later every evaluation would fail.
      instance = null;
      const failure = error instanceof Error ? error.message : String(error);
      logger.error('policy_evaluation_failed', { requestId: call.requestId, entrypoint, error: failure });
      return { failure };
    }
  }

  function decideOne(call: Call): Decision {
    if (closed) return denial('policy_unavailable', 'The policy engine is closed');
    const answer = ask(question.entrypoint, call);
    if ('results' in answer) return readDecision(answer.results, question.form);
    return denial('evaluation_error', `The policy could not be evaluated for this call: ${answer.failure}`);
  }

  return {
    decide: (call: Call): Decision => decideEach(call, decideOne),

    lists(call: Call, isTemplate: boolean): boolean {
      if (closed) return false;
      if (question.listed === null) {
        if (!(isTemplate ? foreseeable.template : foreseeable.item)) return true;
        const { allow, ask: asks } = decideOne(call);
        return allow || asks;
      }
      const answer = ask(question.listed, call);
      const listed = 'results' in answer ? readListed(answer.results) : null;
      if (listed === null) {
        const { method, tool, resource } = call;
        logger.warn('policy_listed_unusable', { rule: question.listed, method, item: tool ?? resource });
      }
      return listed ?? false;
    },

    close(): void {
      closed = true;
      instance = null;
    },
  };
}
