import { describe, expect, it } from 'vitest';
import type { CallFilterInput } from '../../../../../electron/shared/audit-search.ts';
import { allowed, answered, denied, malformed, sampleCall } from '../samples.ts';
import { openLog, refusal } from './setting.ts';

const failed = { ...answered, status: 'error', errorCode: -32000, errorMessage: 'no such file' } as const;

/** One call of each kind; `ids` in the order in which they were written. */
async function aLog() {
  const opened = openLog();
  const { log } = opened;
  const read = await log.record(
    sampleCall({ at: 1000, client: 'Cursor', argumentsText: '{"path":"/etc/hosts"}' }),
    allowed,
    null,
  );
  await log.complete(read, { ...answered, latencyMicros: 500 });
  const write = await log.record(
    sampleCall({
      at: 2000,
      tool: 'write_file',
      server: 'files',
      argumentsText: '{"text":"line\\nPassword"}',
    }),
    denied,
    refusal,
  );
  const broken = await log.record(
    sampleCall({ at: 3000, tool: 'fetch', argumentsText: '{"url":"https://example.com"}' }),
    { ...allowed, reason: 'person', waitedMs: 1500 },
    null,
  );
  await log.complete(broken, { ...failed, latencyMicros: 90_000, responseBytes: 5 });
  const refused = log.refused({ ...malformed, at: 4000 });
  const pending = await log.record(
    sampleCall({ at: 5000, tool: null, method: 'prompts/get', argumentsText: '{}' }),
    allowed,
    null,
  );
  const find = async (filter: CallFilterInput) =>
    (await opened.ask('calls.search', { filter })).calls.map(({ id }) => id);
  return { ...opened, ids: { read, write, broken, refused, pending }, find };
}

describe('calls.search', () => {
  it('lists what was just committed, newest first, as the window needs it', async () => {
    const { ask, ids } = await aLog();
    const page = await ask('calls.search', {});
    expect(page.calls.map(({ id }) => id)).toEqual([
      ids.pending,
      ids.refused,
      ids.broken,
      ids.write,
      ids.read,
    ]);
    expect(page).toMatchObject({ cursor: null, through: ids.pending });
    expect(page.calls[2]).toMatchObject({
      tool: 'fetch',
      status: 'error',
      asked: true,
      redacted: false,
      alerted: false,
      bytes: 5 + 29,
      latencyMicros: 90_000,
    });
  });

  it('finds by each member of a filter', async () => {
    const { ids, find } = await aLog();
    expect(await find({ clients: ['Cursor'] })).toEqual([ids.read]);
    expect(await find({ agents: ['anonymous'] })).toEqual([ids.pending, ids.broken, ids.write, ids.read]);
    expect(await find({ servers: ['files'] })).toEqual([ids.write]);
    expect(await find({ tools: ['fetch', 'write_file'] })).toEqual([ids.broken, ids.write]);
    expect(await find({ tools: [''] })).toEqual([ids.pending, ids.refused]);
    expect(await find({ methods: ['prompts/get'] })).toEqual([ids.pending]);
    expect(await find({ rules: ['deny_etc'] })).toEqual([ids.write]);
    expect(await find({ reasons: ['person'] })).toEqual([ids.broken]);
    expect(await find({ statuses: ['pending', 'error'] })).toEqual([ids.pending, ids.broken]);
    expect(await find({ sessions: ['session-1'] })).toHaveLength(5);
    expect(await find({ sessions: ['another'] })).toEqual([]);
    expect(await find({ from: 2000, to: 4000 })).toEqual([ids.broken, ids.write]);
    expect(await find({ minLatencyMicros: 501 })).toEqual([ids.broken]);
    expect(await find({ minLatencyMicros: 0 })).toEqual([ids.broken, ids.read]);
    expect(await find({ decisions: ['allowed'] })).toEqual([ids.pending, ids.read]);
    expect(await find({ decisions: ['denied', 'refused'] })).toEqual([ids.refused, ids.write]);
    expect(await find({ decisions: ['failed'] })).toEqual([ids.broken]);
    expect(await find({ decisions: ['asked'] })).toEqual([ids.broken]);
    expect(await find({ redacted: true })).toEqual([]);
    expect(await find({ alerted: false })).toHaveLength(5);
    expect(await find({ text: 'hosts', clients: ['Cursor'], from: 1000 })).toEqual([ids.read]);
    expect(await find({ text: 'hosts', clients: ['Claude Desktop'] })).toEqual([]);
  });

  it('finds words of arguments, names and errors', async () => {
    const { ids, find } = await aLog();
    expect(await find({ text: '/etc/hosts' })).toEqual([ids.read]);
    expect(await find({ text: 'hosts etc' })).toEqual([ids.read]);
    expect(await find({ text: '"hosts etc"' })).toEqual([]);
    expect(await find({ text: 'PASSW' })).toEqual([ids.write]);
    expect(await find({ text: '"passw"' })).toEqual([]);
    expect(await find({ text: 'write_file' })).toEqual([ids.write]);
    expect(await find({ text: 'such file' })).toEqual([ids.broken]);
    expect(await find({ text: 'curs' })).toEqual([ids.read]);
    expect(await find({ text: '!session' })).toEqual([]);
    expect(await find({ text: '!read_file session' })).not.toContain(ids.read);
    expect(await find({ text: '!"prompts get" !fetch' })).toEqual([ids.refused, ids.write, ids.read]);
  });

  it('follows a call to its end', async () => {
    const { log, ids, find } = await aLog();
    expect(await find({ statuses: ['pending'] })).toEqual([ids.pending]);
    await log.complete(ids.pending, { ...failed, errorMessage: 'Kaboom' });
    expect(await find({ statuses: ['pending'] })).toEqual([]);
    expect(await find({ decisions: ['failed'] })).toEqual([ids.pending, ids.broken]);
    expect(await find({ text: 'kaboom' })).toEqual([ids.pending]);
  });

  it('sorts, and goes on page by page', async () => {
    const { ask, ids } = await aLog();
    const all = async (sort: 'newest' | 'oldest' | 'slowest' | 'fastest' | 'largest' | 'smallest') => {
      const found: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await ask('calls.search', { sort, limit: 2, cursor });
        found.push(...page.calls.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      return found;
    };
    const { read, write, broken, refused, pending } = ids;
    expect(await all('oldest')).toEqual([read, write, broken, refused, pending]);
    expect(await all('slowest')).toEqual([broken, read, pending, refused, write]);
    expect(await all('fastest')).toEqual([write, refused, pending, read, broken]);
    expect((await all('largest'))[0]).toBe(read);
    expect(await all('smallest')).toEqual((await all('largest')).toReversed());
  });
});

describe('figures', () => {
  it('wait for whoever wants to see calls, even if they were asked sooner', async () => {
    const { ask } = await aLog();
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    await Promise.all([
      ask('calls.count', {}).then(note('count')),
      ask('calls.histogram', { lane: 'a window' }).then(note('histogram')),
      ask('calls.top', { by: 'tool' }).then(note('top')),
      ask('calls.values', { of: 'tool' }).then(note('values')),
      ask('calls.search', { filter: { text: 'session' }, lane: 'a window' }).then(note('search')),
    ]);
    expect(order[0]).toBe('search');
    expect(order).toHaveLength(5);
  });

  it('count by what became of the calls', async () => {
    const { ask } = await aLog();
    expect(await ask('calls.count', {})).toEqual({
      total: 5,
      decisions: { allowed: 2, failed: 1, unknown: 0, denied: 1, refused: 1, asked: 1 },
    });
    expect((await ask('calls.count', { filter: { text: 'session', from: 2000 } })).total).toBe(4);
  });

  it('show them over time', async () => {
    const { ask } = await aLog();
    const { width, buckets } = await ask('calls.histogram', { buckets: 10 });
    expect(width).toBe(1000);
    expect(buckets.map(({ at }) => at)).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(buckets.map(({ decisions }) => decisions.denied)).toEqual([0, 1, 0, 0, 0]);
    const wide = await ask('calls.histogram', { from: 0, to: 7_200_000, buckets: 2 });
    expect(wide.width).toBe(3_600_000);
    expect(wide.buckets.map(({ decisions }) => decisions.allowed)).toEqual([2, 0]);
    const cut = await ask('calls.histogram', { filter: { from: 1500 }, to: 7_200_000, buckets: 2 });
    expect(cut.buckets.map(({ decisions }) => decisions.allowed)).toEqual([1, 0]);
  });

  it('name what comes most', async () => {
    const { ask } = await aLog();
    const { values, distinct } = await ask('calls.top', { by: 'client', limit: 1 });
    expect({ values, distinct }).toMatchObject({
      values: [{ value: 'Claude Desktop', total: 3 }],
      distinct: 2,
    });
    expect((await ask('calls.top', { by: 'session' })).values).toMatchObject([
      { value: 'session-1', total: 5 },
    ]);
    expect(await ask('calls.values', { of: 'tool', filter: { tools: ['fetch'] }, contains: 'FILE' })).toEqual(
      {
        values: [
          { value: 'read_file', calls: 1 },
          { value: 'write_file', calls: 1 },
        ],
        more: false,
      },
    );
  });
});

describe('calls.histogram', () => {
  it('counts a call, too, that stands before an older one, because that one waited for its answer', async () => {
    const { ask, log } = openLog();
    await log.record(sampleCall({ at: 60_000 }), allowed, null);
    await log.record(sampleCall({ at: 90_000 }), allowed, null);
    await log.record(sampleCall({ at: 30_000 }), { ...allowed, reason: 'person', waitedMs: 70_000 }, null);
    const { buckets } = await ask('calls.histogram', {});
    expect(buckets.reduce((sum, { decisions }) => sum + decisions.allowed, 0)).toBe(3);
    const bounded = await ask('calls.histogram', { from: 50_000, to: 80_000 });
    expect(bounded.buckets.reduce((sum, { decisions }) => sum + decisions.allowed, 0)).toBe(1);
  });
});

describe('story', () => {
  it('tells of the call, and of its session before and after it', async () => {
    const { story, ids } = await aLog();
    const told = await story(ids.broken);
    expect(told).toMatchObject({
      call: { id: ids.broken, errorMessage: 'no such file' },
      agentName: 'Anonymous',
    });
    expect(told?.before.map(({ id }) => id)).toEqual([ids.write, ids.read]);
    expect(told?.after.map(({ id }) => id)).toEqual([ids.refused, ids.pending]);
    expect(await story(999)).toBeNull();
  });

  it('leads from a call to the one that a person has made of it, and back', async () => {
    const { log, story } = openLog();
    const came = { ...sampleCall(), requestId: 'req_came' };
    const became = { ...came, requestId: 'req_became', replaces: 'req_came' };
    const first = await log.record(came, { ...allowed, allow: false, reason: 'edited' }, null);
    // Of another session, and with the same number: it is not meant.
    await log.record({ ...became, session: { ...came.session, id: 'session-2' } }, allowed, null);
    const second = await log.record(became, allowed, null);
    expect(await story(first)).toMatchObject({ came: null, became: second });
    expect(await story(second)).toMatchObject({ came: first, became: null });
  });
});

describe('events.search', () => {
  it('lists what happened besides calls', async () => {
    const { ask } = await aLog();
    const { events, kinds } = await ask('events.search', {});
    expect(events.map(({ kind }) => kind)).toEqual(['log.opened', 'chain.begun']);
    expect(kinds).toEqual(['chain.begun', 'log.opened']);
    expect((await ask('events.search', { text: 'OPENED' })).events).toHaveLength(1);
    expect((await ask('events.search', { kinds: ['nothing'] })).events).toEqual([]);
  });
});
