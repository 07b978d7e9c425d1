// Makes the policy service: where policies lie, what keeps them in force, and what the window may ask of them.
import { join } from 'node:path';
import type { Handlers, PolicyCommands } from '../../shared/contract.ts';
import type { Call, Surroundings } from '../call.ts';
import type { Clock, EvaluationMark, Logger, PolicyEngine } from '../ports.ts';
import { createAnswerFiles, type AnswerFiles } from './answers/answer-files.ts';
import { createPolicyEngine } from './engine.ts';
import { createExaminer } from './examine.ts';
import type { PolicyPlaces } from './load.ts';
import { createPolicyCommands } from './policy-commands.ts';
import { openPolicyHistory } from './policy-history.ts';
import { createPolicyKeeper } from './policy-keeper.ts';
import { createShippedCopy } from './shipped-copy.ts';
import { tryPolicy } from './time-trial.ts';

/** A version whose evaluation did not end: it is not to be in force again. */
export interface Runaway {
  /** Of the version. */
  readonly hash: string;
  /** What happened, for people. */
  readonly what: string;
}

export interface PoliciesOptions {
  readonly places: PolicyPlaces;
  /** Whether the folder is the user's own copy of the shipped policies, and not one of the configuration. */
  readonly isOwnCopy: boolean;
  /** Whether a folder of the configuration is watched; the user's own copy always is. */
  readonly watchForChanges: boolean;
  readonly userData: string;
  /** The policies that ship with the app, with the schema of the input. */
  readonly shippedPolicies: string;
  readonly surroundings: Surroundings;
  readonly timeoutMs: number;
  readonly strictBuiltinErrors: boolean;
  /** The compiled time-trial-worker.ts. */
  readonly trialWorker: URL;
  /** What new policies are tried on. */
  readonly probes: readonly Call[];
  readonly mark: EvaluationMark | null;
  /** What ended the gateway before this one. */
  readonly runaway: Runaway | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

export interface Policies extends PolicyEngine {
  readonly commands: Handlers<PolicyCommands>;
  /** What people have answered for always. */
  readonly answers: AnswerFiles;
}

/** Rejects where the user-data folder can't be written. */
export async function openPolicies(options: PoliciesOptions): Promise<Policies> {
  const { userData, shippedPolicies, surroundings, timeoutMs, strictBuiltinErrors, logger } = options;
  const { places } = options;
  const shipped = options.isOwnCopy
    ? createShippedCopy({
        shipped: shippedPolicies,
        copy: places.policyDir,
        memoryFile: join(userData, 'shipped-policies.json'),
        logger,
      })
    : null;
  const history = await openPolicyHistory({
    dir: join(userData, 'policy-history'),
    source: places.policyDir,
    clock: options.clock,
    logger,
  });
  if (options.runaway !== null) await history.hold(options.runaway.hash, options.runaway.what);
  const engine = createPolicyEngine({
    ...surroundings,
    timeoutMs,
    strictBuiltinErrors,
    mark: options.mark,
    logger,
  });
  const examiner = createExaminer({
    places,
    schema: join(shippedPolicies, 'input.schema.json'),
    tooSlow: (policy) =>
      tryPolicy(policy, {
        ...surroundings,
        worker: options.trialWorker,
        timeoutMs,
        strictBuiltinErrors,
        probes: options.probes,
      }),
    logger,
  });
  const keeper = await createPolicyKeeper({
    place: places,
    watched: options.isOwnCopy || options.watchForChanges,
    engine,
    examiner,
    history,
    shipped,
    logger,
    onChange: options.onChange,
  });
  return {
    decide: (call) => engine.decide(call),
    standing: (call, decision) => engine.standing(call, decision),
    lists: (call, isTemplate) => engine.lists(call, isTemplate),
    answers: createAnswerFiles(keeper),
    overview: () => keeper.overview(),
    commands: createPolicyCommands({ keeper, history, shipped, opa: places.opa }),
    close: () => keeper.close(),
  };
}
