// The policy: where it lies, what keeps it in force, and trials of what is not in force yet.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../../shared/config.ts';
import type { PolicyBundleStatus } from '../../shared/policy-bundles.ts';
import type { Surroundings } from '../call.ts';
import { errors } from '../errors.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { readBundleSettings, shownUrl } from '../policy/bundles/bundle-settings.ts';
import type { PolicyPlaces } from '../policy/load.ts';
import { createOpaRunner, type OpaRunner } from '../policy/opa-runner.ts';
import { openPolicies, type Policies } from '../policy/open-policies.ts';
import { createProbes, type ProbesOptions } from '../policy/probes.ts';
import type { CallLog, EvaluationMark } from '../ports.ts';
import { enforcedMethods } from '../router/method-table.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface PolicyNeeds {
  /** Null where nobody could end a policy that runs away. */
  readonly mark: EvaluationMark | null;
  /** The newest calls of the log, which is opened after the policies are. */
  readonly recent: ProbesOptions['recent'];
  /** Another policy is in force, or what is wrong with the files on disk has changed. */
  readonly onChange: () => void;
  /** The bundle server was asked, or is being asked. */
  readonly onBundleChange: (status: PolicyBundleStatus) => void;
}

export async function composePolicy(
  { config, options, clock, logger, keep }: GatewaySurroundings,
  places: PolicyPlaces,
  needs: PolicyNeeds,
): Promise<Policies> {
  const { mark, onChange, onBundleChange } = needs;
  const policy = await openPolicies({
    places,
    bundle: readBundleSettings(config.policy.bundle),
    isOwnCopy: config.policy.policy_dir === null,
    watchForChanges: config.policy.watch_for_changes,
    userData: options.userData,
    shippedPolicies: options.shippedPolicies,
    surroundings: policySurroundings(config),
    timeoutMs: config.policy.evaluation.timeout,
    strictBuiltinErrors: config.policy.evaluation.strict_builtin_errors,
    trialWorker: pathToFileURL(join(options.out, 'gateway', 'time-trial-worker.js')),
    probes: createProbes({ methods: enforcedMethods, at: clock.now(), recent: needs.recent, logger }),
    mark,
    runaway: options.runaway ?? null,
    clock,
    logger,
    onChange,
    onBundleChange,
  });
  return keep(policy);
}

export function composeOpaRunner({ options: { out }, keep }: GatewaySurroundings): OpaRunner {
  return keep(createOpaRunner(pathToFileURL(join(out, 'gateway', 'opa-runner-worker.js'))));
}

export function policyPlaces(
  { config: { policy }, options: { userData, out, env, bundledOpa } }: GatewaySurroundings,
  runner: OpaRunner,
): PolicyPlaces {
  const { url } = policy.bundle;
  return {
    policyDir: policy.policy_dir ?? join(userData, 'policies'),
    jsonPolicyDir: policy.json_policy_dir,
    dataFile: policy.data_file,
    opa: {
      configured: env.MCP_OPA_PATH ?? null,
      bundled: bundledOpa,
      searchPath: env.PATH ?? '',
      run: runner.run,
    },
    precompiledDir: join(out, 'policies'),
    cacheDir: join(userData, 'policy-cache'),
    bundle: url === null ? null : { url: shownUrl(url), files: null },
  };
}

/** What policies see of the place that the proxy runs in. */
export function policySurroundings({ policy }: Config): Surroundings {
  return { environment: policy.environment, proxyRegion: '' };
}

/** A call on which the policy did not come to a decision has no record yet: its thread was ended before. */
export function recordRunaway(runaway: GatewayOptions['runaway'], log: Pick<CallLog, 'refused'>): void {
  if (!runaway) return;
  const { target, ...call } = runaway.call;
  log.refused({
    ...call,
    tool: target,
    reason: 'runaway',
    errorCode: errors.policy_violation.code,
    errorMessage: 'The policy did not come to a decision on this call. The proxy was started anew',
  });
}
