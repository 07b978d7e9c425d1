// Makes the policy service: where policies lie, what keeps them in force, and what the window may ask of them.
import { join } from 'node:path';
import type { Handlers, PolicyCommands } from '../../shared/contract.ts';
import type { PolicyBundleStatus } from '../../shared/policy-bundles.ts';
import type { JudgedCall, Surroundings } from '../call.ts';
import type { Clock, EvaluationMark, Logger, PolicyEngine } from '../ports.ts';
import { createAnswerFiles, type AnswerFiles } from './answers/answer-files.ts';
import { answerPlace } from './answers/answer-rego.ts';
import { ownerAmong } from './bundles/beside-bundle.ts';
import { createBundleClient, type BundleClient } from './bundles/bundle-client.ts';
import type { BundleSettings } from './bundles/bundle-settings.ts';
import { createBundleStore } from './bundles/stored-bundle.ts';
import { createPolicyEngine } from './engine.ts';
import { createExaminer } from './examine.ts';
import type { PolicyPlaces } from './load.ts';
import { createPolicyCommands } from './policy-commands.ts';
import { openPolicyHistory } from './policy-history.ts';
import { createPolicyKeeper } from './policy-keeper.ts';
import { createShippedCopy } from './shipped-copy.ts';
import { tryPolicy } from './time-trial.ts';

/** How long a start waits for the first bundle there ever was, milliseconds. */
const FIRST_BUNDLE_MS = 5000;

/** A policy whose evaluation did not end: it is not to be in force again. */
export interface Runaway {
  /** Of all that its decisions depend on. */
  readonly hash: string;
  /** What happened, for people. */
  readonly what: string;
}

export interface PoliciesOptions {
  readonly places: PolicyPlaces;
  /** Null where no bundle server is configured; `places` has a shelf for it otherwise. */
  readonly bundle: BundleSettings | null;
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
  /** What new policies are tried on; asked each time. Never rejects. */
  readonly probes: () => Promise<readonly JudgedCall[]>;
  readonly mark: EvaluationMark | null;
  /** What ended the gateway before this one. */
  readonly runaway: Runaway | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
  readonly onBundleChange: (status: PolicyBundleStatus) => void;
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
    // What was in force without the bundle, or with that of another server, is none of these.
    source: options.bundle === null ? places.policyDir : `${places.policyDir} ${options.bundle.shownUrl}`,
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
    tooSlow: async (policy) =>
      tryPolicy(policy, {
        ...surroundings,
        worker: options.trialWorker,
        timeoutMs,
        strictBuiltinErrors,
        probes: await options.probes(),
      }),
    logger,
  });
  const bundle = openBundle(options);
  if (places.bundle !== null) places.bundle.files = (await bundle?.stored())?.files ?? null;
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
  const first = bundle?.start((served) => keeper.takeBundle(served));
  // Whoever calls right after the first start is not to be denied for a moment's sake.
  if (places.bundle?.files === null && first !== undefined) await atMost(first, FIRST_BUNDLE_MS);
  const overview = () => ({ ...keeper.overview(), bundle: bundle?.status() ?? null });
  return {
    decide: (call) => engine.decide(call),
    standing: (call, decision) => engine.standing(call, decision),
    lists: (call, isTemplate) => engine.lists(call, isTemplate),
    answers: createAnswerFiles(keeper, () => ownerAmong(places.bundle?.files ?? [], answerPlace)),
    overview,
    commands: createPolicyCommands({ keeper, overview, bundle, history, shipped, opa: places.opa }),
    async close() {
      await bundle?.close();
      await keeper.close();
    },
  };
}

function openBundle({
  bundle,
  userData,
  clock,
  logger,
  onBundleChange,
}: PoliciesOptions): BundleClient | null {
  if (bundle === null) return null;
  const store = bundle.persist ? createBundleStore(join(userData, 'policy-bundle')) : null;
  return createBundleClient({ ...bundle, store, clock, logger, onChange: onBundleChange });
}

/** Resolves when the work is done, or takes longer. */
async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
