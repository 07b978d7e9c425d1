// What the proof of the audit log says, in words.
import type { AuditProof, AuditVerification, KeyProtection } from '../../electron/shared/audit-proof.ts';
import { count, counted, span } from '../format.ts';

/** What a verification has found, or how far it is. */
export function verificationSentence(verification: AuditVerification): string {
  const { state, checked, total, elapsedMs, from, signedThrough, broken, problem } = verification;
  switch (state) {
    case 'running':
      return total === 0 ? 'Begins…' : `${count(checked)} of ${count(total)} records.`;
    case 'cancelled':
      return `Stopped after ${counted(checked, 'record')}${broken === null ? '; until there all of them hold' : ''}.`;
    case 'failed':
      return `It could not be finished. ${problem ?? ''}`.trimEnd();
    case 'done': {
      if (broken !== null) return broken.message;
      const whole = `All ${counted(checked, 'record')} hold: nothing was changed, taken out, put in or moved.`;
      const since = from > 1 ? ` What was before record ${count(from)} was deleted after its time.` : '';
      const signed =
        signedThrough === 0
          ? ' None of them is signed yet.'
          : ` They are signed up to record ${count(signedThrough)}.`;
      return `${whole}${since}${signed} It took ${elapsedMs < 1000 ? 'less than a second' : span(elapsedMs)}.`;
    }
  }
}

/** What a verification comes to, in a few words. */
export function verificationTitle({ state, broken }: AuditVerification): string {
  if (broken !== null) return 'The log was tampered with';
  const titles = {
    running: 'Verifying…',
    done: 'The log is whole',
    cancelled: 'Not verified to its end',
    failed: 'Not verified',
  };
  return titles[state];
}

/** The first record that does not hold, where it is a call and can be looked at; null otherwise. */
export function brokenCall({ broken }: AuditVerification): number | null {
  const there = broken?.table === 'calls' && broken.kind !== 'deleted' && broken.kind !== 'truncated';
  return there ? broken.seq : null;
}

const protections: Readonly<Record<KeyProtection, string>> = {
  keychain: 'Its private key lies in the keychain of this system, where other programs can’t read it.',
  file: 'Its private key lies in a file that your user alone can read, because there is no keychain here. A program that runs as you could read it.',
};

export function keySentence({ key, problem }: AuditProof): string {
  if (key === null) return `Nothing is signed. ${problem ?? ''}`.trimEnd();
  return protections[key.protection];
}
