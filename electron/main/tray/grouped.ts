// Calls that wait and differ in nothing are shown, and answered, as one.
import type { PendingApproval } from '../../shared/approvals.ts';

export interface ApprovalGroup {
  /** The one that has waited longest. */
  readonly first: PendingApproval;
  /** Of all of them. */
  readonly ids: readonly string[];
}

/** In the order in which the first of each came. */
export function grouped(approvals: readonly PendingApproval[]): ApprovalGroup[] {
  return [...Map.groupBy(approvals, ({ group }) => group).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ first, ids: alike.map(({ id }) => id) }];
  });
}
