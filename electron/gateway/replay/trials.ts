// The window's commands on policies that are not in force: what they make of an input, and of the calls in the log.
import { CommandError } from '../../shared/rpc.ts';
import type { Handlers, TrialCommands } from '../../shared/contract.ts';
import type { PolicyChange } from '../../shared/policy-editing.ts';
import type {
  PolicyInput,
  PolicyLearned,
  PolicyReplay,
  PolicyProposal,
  PolicyTried,
  ProposedOfCall,
  RuleOfCall,
  UnknownInput,
} from '../../shared/policy-trial.ts';
import { diagnosticsOf, loadCandidate } from '../policy/candidate.ts';
import { buildInput } from '../policy/input.ts';
import { callRuleFiles } from '../policy/learn/call-rule.ts';
import { learnedFiles, type LearnedFile } from '../policy/learn/learned-rego.ts';
import { createUseCollector } from '../policy/learn/uses.ts';
import type { PolicyPlaces } from '../policy/load.ts';
import type { explainDecision } from '../policy/opa-explain.ts';
import type { CallArchive, Closable, Logger } from '../ports.ts';
import type { LearnNews, LearnTask } from './replay-news.ts';
import { createReplays } from './replays.ts';
import { startThrowaway, type Throwaway } from './throwaway.ts';

export interface TrialOptions {
  readonly policy: PolicyPlaces;
  /** Best in another thread. */
  readonly explain: typeof explainDecision;
  readonly archive: Pick<CallArchive, 'recall'>;
  /** Absolute path of the audit database; null where no log is kept. */
  readonly database: string | null;
  /** The compiled replay-worker.ts. */
  readonly worker: URL | string;
  readonly onReplay: (replay: PolicyReplay) => void;
  /** Told how many calls learning has looked at so far. */
  readonly onLearning: (progress: { readonly calls: number }) => void;
  readonly logger: Logger;
}

export interface Trials extends Closable {
  readonly commands: Handlers<TrialCommands>;
}

/** A call that is not decided by then never will be, milliseconds; a busy machine has its time. */
const silenceMs = 5_000;
/** For a long log in which hardly a call is of the period, milliseconds. */
const learnSilenceMs = 60_000;

export function createTrials(options: TrialOptions): Trials {
  const { policy, explain, archive, database, worker, onReplay, onLearning, logger } = options;
  const load = (changes: readonly PolicyChange[]) => loadCandidate(policy, changes, logger);
  const replays = createReplays({ database, worker, load, onChange: onReplay, logger, silenceMs });
  const learning = new Set<Throwaway>();

  async function recordedInput(callId: number): Promise<PolicyInput> {
    const recorded = await archive.recall(callId);
    if (!recorded.known) return { known: false, why: recorded.why, message: whyUnknown[recorded.why] };
    const { call, surroundings } = recorded;
    const each =
      call.resources.length > 1 ? call.resources.map((resource) => ({ ...call, resource })) : [call];
    return {
      known: true,
      inputs: each.map((one) => JSON.stringify(buildInput(one, surroundings), null, 2)),
    };
  }

  async function tryOn(files: readonly PolicyChange[], input: string): Promise<PolicyTried> {
    const wrong = problemWith(input);
    if (wrong !== null) return { outcome: 'bad_input', message: wrong };
    const candidate = await load(files);
    if (!candidate.ok) return { outcome: 'unusable', diagnostics: diagnosticsOf(candidate.failure) };
    if (candidate.opa === null) {
      throw new CommandError('no_opa', 'The program OPA, which explains decisions, was not found.');
    }
    const { question } = candidate.policy;
    return explain(candidate.opa, { files: candidate.files, question, input });
  }

  async function learn(period: Pick<LearnTask, 'from' | 'to'>): Promise<PolicyLearned> {
    if (database === null) throw new CommandError('no_log', 'No calls are recorded: audit.enabled is false.');
    const task: LearnTask = { kind: 'learn', database, ...period };
    const found: PolicyLearned[] = [];
    const thread = startThrowaway({
      worker,
      name: 'policy-learn',
      task,
      silenceMs: learnSilenceMs,
      onMessage(news) {
        const { calls, learned } = news as LearnNews;
        if (learned === null) onLearning({ calls });
        else found.push(learned);
      },
    });
    learning.add(thread);
    const why = await thread.over;
    learning.delete(thread);
    const [learned] = found;
    if (learned === undefined) {
      const reason = why ?? 'nothing came of it';
      throw new CommandError('not_learned', `The log could not be read to its end: ${reason}.`);
    }
    return learned;
  }

  function cancelLearning(): boolean {
    for (const thread of learning) thread.end();
    return learning.size > 0;
  }

  async function propose(callId: number): Promise<ProposedOfCall> {
    const recorded = await archive.recall(callId);
    if (!recorded.known) return { possible: false, message: whyUnknown[recorded.why] };
    const { call, answer, rule, id } = recorded;
    if (call.method !== 'tools/call' || call.tool === null)
      return { possible: false, message: 'Rules can be made of calls of tools; this is none.' };
    const uses = createUseCollector();
    uses.add({ ...call, id, tool: call.tool });
    const [proposal] = uses.proposals().proposals;
    if (proposal === undefined)
      return { possible: false, message: 'Its names are too long to stand in a rule.' };
    return { possible: true, proposal, rule, answer };
  }

  return {
    commands: {
      'policy.input': ({ callId }) => recordedInput(callId),
      'policy.try': ({ files, input }) => tryOn(files, input),
      'policy.replay': (query) => replays.start(query),
      'policy.replay.read': () => replays.last(),
      'policy.replay.cancel': ({ id }) => replays.cancel(id),
      'policy.replay.changes': (query) => replays.changes(query),
      'policy.learn': learn,
      'policy.learn.cancel': cancelLearning,
      'policy.propose': ({ callId }) => propose(callId),
      'policy.compose': ({ proposals, rule }) => ({ files: compose(proposals, rule) }),
    },
    async close() {
      for (const thread of learning) thread.end();
      await Promise.all([replays.close(), ...[...learning].map(({ over }) => over)]);
    },
  };
}

function compose(proposals: readonly PolicyProposal[], rule: RuleOfCall | null): LearnedFile[] {
  if (rule === null) return learnedFiles(proposals);
  const [proposal] = proposals;
  if (proposal === undefined || (rule.answer === 'allow' && rule.except === null))
    throw new CommandError('no_rule', 'There is nothing that such a rule would change.');
  return callRuleFiles(proposal, rule);
}

/** Null where it is an object in JSON. */
function problemWith(input: string): string | null {
  try {
    const value: unknown = JSON.parse(input);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : 'The input has to be a JSON object.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const whyUnknown: Readonly<Record<UnknownInput, string>> = {
  no_record: 'There is no such record any more.',
  not_asked: 'No policy was asked about this call.',
  old_record: 'This record was written by an earlier version, which did not keep all that the policy saw.',
  arguments_not_kept:
    'The arguments of this call were not kept (audit.capture.request_arguments, or a policy).',
  arguments_cut: 'The arguments of this call were too long to be kept whole.',
  damaged: 'This record is damaged, or records before it are gone that belong to it.',
};
