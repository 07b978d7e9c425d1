import { describe, expect, it } from 'vitest';
import type { QuietState, UnaskedCall } from '../../../electron/shared/approvals.ts';
import { quietUntil } from '../../../renderer/quiet-spans.ts';
import { GrantsState } from '../../../renderer/state/grants.svelte.ts';
import { Notices } from '../../../renderer/state/notices.svelte.ts';
import { QuietPeriods } from '../../../renderer/state/quiet.svelte.ts';
import { type Answers, fakeApi } from '../fake-api.ts';
import { sampleApproval, sampleDraft } from '../../samples.ts';

const { client, server, method, tool, resource, rule } = sampleApproval('a');
const unasked: UnaskedCall = {
  ...{ client, server, method, tool, resource, rule },
  id: 'req_1',
  arguments: '{}',
  calls: 3,
  lastAt: 0,
};
const idle: QuietState = { now: 0, current: null, last: null, unasked: [] };

function open(answers: Answers) {
  const api = fakeApi(answers);
  const notices = new Notices();
  const kept: string[][] = [];
  return { api, notices, kept, quiet: new QuietPeriods(api, notices, (ids) => kept.push([...ids])) };
}

describe('a quiet period', () => {
  it('ends after its time, and "tomorrow" in the morning', () => {
    const now = new Date(2026, 10, 22, 23, 30).getTime();
    expect(quietUntil('minutes', now) - now).toBe(900_000);
    expect(new Date(quietUntil('tomorrow', now)).toString()).toBe(new Date(2026, 10, 23, 6).toString());
  });

  it('is begun with what becomes of calls, and ended', async () => {
    const { api, quiet } = open({ 'approvals.quiet': () => idle });
    quiet.as = 'record';
    await quiet.begin('hour');
    await quiet.end();
    expect(api.asked('approvals.quiet')).toMatchObject([
      { as: 'record', until: expect.any(Number) as number },
      { until: null },
    ]);
  });

  it('leads to a rule that can be taken back', async () => {
    const answered = { answered: [], kept: [], keptUntil: null, gone: [], grants: ['answer_1'] };
    const { api, notices, quiet, kept } = open({
      'approvals.rule': () => sampleDraft,
      'approvals.keep': () => ({ outcome: 'answered', ...answered }),
    });
    await quiet.make(unasked, false, 'server');
    await quiet.keep();
    expect(api.asked('approvals.keep')).toEqual([{ id: 'req_1', allow: false, scope: 'server' }]);
    expect(quiet.making).toBeNull();
    notices.list[0]?.undo?.();
    expect(kept).toEqual([['answer_1']]);
  });

  it('says why a rule can not be put in force, and keeps it open', async () => {
    const { quiet } = open({
      'approvals.rule': () => sampleDraft,
      'approvals.keep': () => ({ outcome: 'refused', message: 'It is read only.', diagnostics: [] }),
    });
    await quiet.make(unasked);
    await quiet.keep();
    expect(quiet.making?.draft).toEqual({ possible: false, why: 'It is read only.' });
  });
});

describe('answers that hold', () => {
  it('are taken back, and restored by the notice', async () => {
    const api = fakeApi({ 'grants.revoke': () => true, 'grants.restore': () => true });
    const notices = new Notices();
    const grants = new GrantsState(api, notices);
    await grants.revoke('grant_1');
    notices.list[0]?.undo?.();
    expect(api.asked('grants.restore')).toEqual([{ id: 'grant_1' }]);
  });
});
