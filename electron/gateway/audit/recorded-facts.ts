// What a record keeps of a call beside its columns, so that its policy input can be built again, to the letter.
import { z } from 'zod';
import { policyAnswer, type PolicyAnswer } from '../../shared/policy-trial.ts';
import {
  answerOf,
  type Agent,
  type Call,
  type CallerProcess,
  type SessionHistory,
  type Surroundings,
  type Verdict,
} from '../call.ts';

const text = z.string().default('');
const list = z.array(z.string()).default([]);

/**
 * As it stands in the column `facts`; what is empty is left out. Only ever added to, with a default: older records stay
 * readable.
 */
const recordedFacts = z.object({
  /** What the policy said; left out where it was not asked. */
  answer: policyAnswer.optional(),
  /** `requestCount` and the other members of `SessionFacts`. */
  requests: z.number(),
  started: z.number(),
  reads: z.number(),
  writes: z.number(),
  /**
   * How many calls its history held, which are the first so many that its session forwarded: the log has them. Null
   * where some were missing in it.
   */
  past: z.number().nullable(),
  model: text,
  publisher: text,
  tags: list,
  clientId: z.string().nullable().default(null),
  /** `requestId` of the call that came, where a person has changed its arguments. */
  replaces: z.string().nullable().default(null),
  process: z.object({ pid: z.number(), executable: text, name: text }).nullable().default(null),
  environment: text,
  proxyRegion: text,
  /** Where the call names several; of one alone the column `resource` tells. */
  resources: list,
  /** Values were taken out of the arguments. */
  redacted: z.boolean().default(false),
  /** Something was taken out of what the call says of itself besides: its tool, resource, client. */
  masked: z.boolean().default(false),
});
export type RecordedFacts = z.infer<typeof recordedFacts>;

/** From what secrets were taken. */
export type TakenOut = Pick<RecordedFacts, 'redacted' | 'masked'>;

/** Null where it is not what this program writes. */
export function readFacts(json: string): RecordedFacts | null {
  try {
    return recordedFacts.safeParse(JSON.parse(json)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Makes the text of the column. Every call pays for its length and its making, so names are short, and what many calls
 * have in common is written once: agents and processes live longer than calls.
 */
export function createFactsWriter(
  surroundings: Surroundings,
): (call: Call, verdict: Verdict, takenOut: TakenOut) => string {
  const around = members(surroundings);
  const ofAgent = remembering(({ model, publisher, tags }: Agent) => members({ model, publisher, tags }));
  const ofProcess = remembering(({ pid, executable, name }: CallerProcess) =>
    members({ process: { pid, executable, name } }),
  );
  const pastOf = remembering(pastCalls);

  return (call, verdict, { redacted, masked }) => {
    const { session, agent, process, clientId, resources } = call;
    const answer = answerIn(verdict);
    return (
      `{${answer === null ? '' : `"answer":"${answer}",`}"requests":${session.requestCount},` +
      `"started":${session.startedAt},"reads":${session.cumulativeReads},"writes":${session.cumulativeWrites},` +
      `"past":${pastOf(session.history)}` +
      ofAgent(agent) +
      (clientId === null ? '' : members({ clientId })) +
      (process === null ? '' : ofProcess(process)) +
      around +
      (call.replaces === undefined ? '' : members({ replaces: call.replaces })) +
      (resources.length > 1 ? members({ resources }) : '') +
      (redacted ? members({ redacted }) : '') +
      (masked ? members({ masked }) : '') +
      '}'
    );
  };
}

/** JSON of what is not empty, for the end of an object that has members already. */
function members(object: object): string {
  const filled = Object.entries(object).filter(([, value]) => value !== '' && !isEmptyList(value));
  return filled.map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join('');
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function pastCalls({ calls, truncated }: SessionHistory): number | null {
  return truncated ? null : calls.reduce((sum, { count }) => sum + count, 0);
}

function remembering<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/** A pause, like a switched-off policy, comes before the policy; but it may also come while a person is asked. */
function answerIn({ reason, waitedMs, decision }: Verdict): PolicyAnswer | null {
  if (reason === 'pass' || reason === 'policy_off') return null;
  if (reason === 'paused' && waitedMs === null) return null;
  return answerOf(decision);
}
