// A real approval desk for tests, with rules that are kept nowhere, and short words for what tests do with it.
import {
  createApprovalDesk,
  type ApprovalDeskOptions,
} from '../../../../electron/gateway/approval/approval-desk.ts';
import type { AnswerRules } from '../../../../electron/gateway/approval/approval-commands.ts';
import type { CallerProcess } from '../../../../electron/gateway/call.ts';
import type { WaitingClient } from '../../../../electron/gateway/ports.ts';
import type {
  ApprovalAnswer,
  ApprovalAnswered,
  Grants,
  PendingApproval,
} from '../../../../electron/shared/approvals.ts';
import { approvalAnswer } from '../../../../electron/shared/approvals.ts';
import { clock, recordingLogger } from '../fakes.ts';

export const noRules: AnswerRules = {
  draft: () => ({ possible: false, why: 'no rules in this test' }),
  save: () => Promise.reject(new Error('no rules in this test')),
  list: () => [],
  revoke: () => Promise.resolve(false),
  restore: () => Promise.resolve(false),
};

let edits = 0;

export function testDesk(change: Partial<ApprovalDeskOptions> = {}) {
  const logger = recordingLogger();
  const desk = createApprovalDesk({
    clock,
    logger,
    timeoutMs: 120_000,
    longestHoldMs: 600_000,
    retryWindowMs: 120_000,
    lastingMs: 900_000,
    onTimeout: 'deny',
    maxPending: 100,
    newRequestId: () => `req_edited${(edits += 1)}`,
    words: { tool: () => null, rule: () => null, holdsSecret: () => false },
    before: () => Promise.resolve(null),
    rules: noRules,
    onChange: () => undefined,
    onGrant: () => undefined,
    ...change,
  });
  const pending = () => desk.commands['approvals.list']() as PendingApproval[];
  const grants = () => (desk.commands['grants.list']() as Grants).temporary;
  const give = async (wish: ApprovalAnswer): Promise<ApprovalAnswered> =>
    desk.commands['approvals.answer'](approvalAnswer.parse(wish));
  return {
    ...desk,
    logger,
    pending,
    /** What holds for longer, the newest first. */
    grants,
    /** Of these, the one that an answer has made. */
    held: (end: ApprovalAnswered) =>
      grants().find(({ id }) => end.outcome === 'answered' && end.grants.includes(id)),
    give,
    /** Allows or denies one call, once. */
    answer: (id: string, allow: boolean) => void give({ ids: [id], allow }),
    /** Answers the first that waits, once it does. */
    async answerFirst(allow: boolean): Promise<void> {
      await settle();
      await give({ ids: [pending()[0]?.id ?? ''], allow });
    },
  };
}

export type TestDesk = ReturnType<typeof testDesk>;

/** Lets everything that waits for nothing but its turn come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

/** A client that shows no progress, and of which the system says this. */
export function clientWith(
  process: CallerProcess | null = null,
  hasOwnSession = true,
): WaitingClient & { readonly waits: () => () => void } {
  return { waits: () => () => undefined, program: () => Promise.resolve(process), hasOwnSession };
}
