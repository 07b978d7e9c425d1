import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditExport } from '../../../../electron/shared/audit-export.ts';
import { LogExport } from '../../../../renderer/state/activity/log-export.svelte.ts';
import { Notices } from '../../../../renderer/state/notices.svelte.ts';
import { fakeApi } from '../../fake-api.ts';

const begun: AuditExport = {
  id: 1,
  state: 'running',
  format: 'csv',
  proof: false,
  file: '/home/me/calls.csv',
  written: 0,
  total: null,
  bytes: 0,
  signed: false,
  elapsedMs: 0,
  problem: null,
};

function setUp(answer: AuditExport | null = begun) {
  const api = fakeApi({
    'audit.export': () => answer,
    'audit.export.cancel': () => true,
    'calls.count': () => ({
      total: 12,
      decisions: { allowed: 12, failed: 0, unknown: 0, denied: 0, refused: 0, asked: 0 },
    }),
  });
  const notices = new Notices();
  const taken = new LogExport(api, notices, () => ({ tools: ['read_file'] }));
  onTestFinished(() => {
    taken.close();
    notices.close();
  });
  return { api, notices, taken };
}

describe('an export', () => {
  it('is of what the search means, or of all', async () => {
    const { api, taken } = setUp(null);
    await taken.start();
    taken.ofSearch = false;
    await taken.start();
    expect(api.asked('audit.export')).toEqual([
      { filter: { tools: ['read_file'] }, format: 'jsonl', proof: false },
      { filter: {}, format: 'jsonl', proof: false },
    ]);
    expect([taken.last, taken.choosing]).toEqual([null, false]);
  });

  it('is counted before', async () => {
    const { api, taken } = setUp();
    await taken.count();
    taken.ofSearch = false;
    await taken.count();
    expect(api.asked('calls.count').map(({ filter }) => filter)).toEqual([{ tools: ['read_file'] }, {}]);
    expect(taken.calls).toBe(12);
  });

  it('carries the proof in the one format that can', async () => {
    const { api, taken } = setUp(null);
    taken.wantsProof = true;
    await taken.start();
    taken.format = 'csv';
    await taken.start();
    expect(api.asked('audit.export').map(({ format, proof }) => [format, proof])).toEqual([
      ['jsonl', true],
      ['csv', false],
    ]);
  });

  it('tells how far it is and what became of it, and is stopped', async () => {
    const { api, notices, taken } = setUp();
    await taken.start();
    expect(taken.running).toBe(true);
    await taken.cancel();
    expect(api.asked('audit.export.cancel')).toEqual([{ id: 1 }]);
    api.emit('audit.export.changed', { ...begun, state: 'done', written: 3, total: 3, bytes: 300 });
    // What is late changes nothing any more.
    api.emit('audit.export.changed', { ...begun, written: 2, total: 3 });
    expect(taken.last).toMatchObject({ state: 'done', written: 3 });
    expect(notices.announcement).toBe('3 calls, 300 bytes.');
  });
});
