// What the user is told of an audit log that can't be written, and of one that was damaged.
import type { Problem } from '../../shared/domain.ts';
import type { AuditError } from './audit-error.ts';
import type { Salvaged } from './salvage.ts';

export interface Trouble {
  readonly fault: AuditError | null;
  readonly onFailure: 'deny' | 'allow';
  /** Calls that went on without a record since then. */
  readonly unrecorded: number;
  /** What became of a damaged file in this run. */
  readonly salvaged: Salvaged | null;
}

export function troubleWith({ fault, onFailure, unrecorded, salvaged }: Trouble): Problem | null {
  if (fault !== null) {
    const meanwhile =
      onFailure === 'deny'
        ? 'Calls are denied until it can be.'
        : `CALLS GO ON UNRECORDED (audit.on_failure: allow), ${unrecorded} so far.`;
    return {
      code: 'audit_write',
      message: `The audit log can't be written: ${fault.message}`,
      remedy: `${meanwhile} It is tried again each second: nothing has to be restarted.`,
    };
  }
  if (salvaged === null) return null;
  return {
    code: 'audit_salvaged',
    message: `The audit log was damaged. ${salvaged.calls} calls could be read and stand in the new one.`,
    remedy: `The damaged file is kept: ${salvaged.aside}. Check the disk. This line goes with the next start.`,
  };
}
