// Stands in for the audit log where the configuration says `audit.enabled: false`: nothing is kept.
import { CommandError } from '../../shared/rpc.ts';
import type { CallArchive, CallWriter } from '../ports.ts';
import type { Exports } from './export/exports.ts';
import { noCalls } from './search/call-figures.ts';

const noLog = 'No log is kept: audit.enabled is false.';

/**
 * Accepts everything and stores nothing. Never a fallback for a log that fails: that denies calls. It is for the
 * user who switched auditing off in so many words.
 */
export function createSilentCallLog(): CallWriter {
  let newest = 0;
  const next = () => (newest += 1);
  return {
    record: () => Promise.resolve(next()),
    refused: next,
    complete: () => Promise.resolve(),
    note: () => Promise.resolve(),
    close: () => undefined,
  };
}

/** Of the log above nothing can be exported. */
export function createNoExports(): Exports {
  return {
    start: () => Promise.reject(new CommandError('audit_off', noLog)),
    last: () => null,
    cancel: () => false,
    pause: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** The archive of the log above: always empty. */
export function createEmptyCallArchive(): CallArchive {
  return {
    recall: () => Promise.resolve({ known: false, why: 'no_record' }),
    recent: () => Promise.resolve([]),
    questions: {
      'calls.search': () => ({ calls: [], cursor: null, through: 0 }),
      'calls.count': () => ({ total: 0, decisions: noCalls() }),
      'calls.histogram': () => ({ width: 0, buckets: [] }),
      'calls.top': () => ({ values: [], distinct: 0 }),
      'calls.values': () => ({ values: [], more: false }),
      'events.search': () => ({ events: [], more: false, kinds: [] }),
      'index.read': () => ({ state: 'off', share: 0, reason: null }),
    },
    story: () => Promise.resolve(null),
    lines: () => Promise.resolve({ lines: [], after: null, through: 0 }),
    before: () => Promise.resolve(null),
    proof: {
      'audit.proof': () => ({ key: null, signed: null, problem: noLog }),
      'audit.key.replace': () => {
        throw new CommandError('audit_off', noLog);
      },
      'audit.verify': () => {
        throw new CommandError('audit_off', noLog);
      },
      'audit.verify.read': () => null,
      'audit.verify.cancel': () => false,
    },
    sign: () => undefined,
    close: () => undefined,
  };
}
