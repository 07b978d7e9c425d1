// How policies stand, and what came of checks, tests and replays, in words.
import type { PolicyMode } from '../../electron/shared/domain.ts';
import type { PolicyDiagnostic, PolicyTestRun, PolicyVersion } from '../../electron/shared/policy-editing.ts';
import type { PolicyAnswer, PolicyReplay, UnknownInput } from '../../electron/shared/policy-trial.ts';
import { count, counted } from '../format.ts';

export const modeNames: Readonly<Record<PolicyMode, string>> = { enforce: 'Enforce', audit: 'Audit' };

export const modeSentences: Readonly<Record<PolicyMode, string>> = {
  enforce: 'What the policy denies is blocked.',
  audit: 'What the policy denies is recorded and let through.',
};

/** How the policy files stand to what is in force. */
export function policyStateSentence(state: {
  unsaved: number;
  refused: boolean;
  errors: number;
  inForce: boolean;
}): string {
  const { unsaved, refused, errors, inForce } = state;
  if (unsaved === 0) return inForce ? 'Saved and in force.' : 'Saved, but not in force.';
  const files = unsaved === 1 ? '1 file is not saved' : `${unsaved} files are not saved`;
  if (refused) return 'Not saved: the problems below are in the way. The policy in force has not changed.';
  if (errors > 0) return `${files}, and can't be: ${errors === 1 ? '1 error' : `${errors} errors`}.`;
  return `${files}.`;
}

export function testRunSentence({ results, diagnostics }: PolicyTestRun): string {
  const failed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'error').length;
  if (results.length === 0)
    return diagnostics.length > 0 ? "The tests couldn't be run." : 'There are no tests.';
  if (failed === 0)
    return results.length === 1 ? 'The one test passed.' : `All ${results.length} tests passed.`;
  return `${failed} of ${results.length} tests failed.`;
}

/** What a policy answers, as a replay and a try name it. */
export const answerWords: Readonly<Record<PolicyAnswer, string>> = {
  allow: 'Allow',
  ask: 'Ask',
  deny: 'Deny',
};

export function replaySentence(replay: PolicyReplay | null, running: boolean): string {
  if (running) {
    if (replay === null || replay.total === 0) return 'Getting the policies ready…';
    return `${count(replay.decided)} of ${count(replay.total)} calls, ${count(replay.changed)} would change.`;
  }
  if (replay === null) return 'How would these files have decided the calls so far?';
  if (replay.state === 'unusable') return "The policies can't be used as they are.";
  if (replay.state === 'failed') return 'The replay failed.';
  const stopped = replay.state === 'cancelled' ? 'Stopped. ' : '';
  if (replay.decided === 0) return `${stopped}No call was replayed.`;
  const changed = replay.changed === 0 ? 'None' : count(replay.changed);
  const changes = replay.changes
    .map(({ from, to, calls }) => `${count(calls)} from ${answerWords[from]} to ${answerWords[to]}`)
    .join(', ');
  return `${stopped}${changed} of ${counted(replay.decided, 'call')} would change${changes === '' ? '' : `: ${changes}`}.`;
}

const skippedReasons: Readonly<Record<UnknownInput, string>> = {
  no_record: 'are not in the log any more',
  not_asked: 'were decided without the policy',
  old_record: 'were recorded by an older version of the app',
  arguments_not_kept: 'were recorded without their arguments',
  arguments_cut: 'have arguments too long to be kept whole',
  damaged: "can't be read",
};

export function skippedSentence(skipped: PolicyReplay['skipped']): string {
  return `Left out: ${skipped.map(({ why, calls }) => `${count(calls)} ${skippedReasons[why]}`).join('; ')}.`;
}

/** Who put a version of the policies there. */
export const versionOrigins: Readonly<Record<PolicyVersion['by'], string>> = {
  shipped: 'Shipped',
  found: 'Found at the start',
  window: 'Saved here',
  outside: 'Edited elsewhere',
  update: 'App update',
  rollback: 'Put back',
  bundle: 'Bundle',
};

export const diagnosticKinds: Readonly<Record<PolicyDiagnostic['kind'], string>> = {
  compile: 'Rego',
  json: 'JSON',
  schema: 'Input',
  data: 'Data',
  test: 'Test',
  time: 'Time',
  bundle: 'Bundle',
};
