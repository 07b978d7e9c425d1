import type { AuditProof } from '../../../electron/shared/audit-proof.ts';
import { savedSearch, type SavedSearch } from '../../../electron/shared/audit-search.ts';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleEvent, sampleStatus, sampleStory, sampleVerification } from '../../samples.ts';
import { sampleLog } from '../sample-log.ts';

const grid = () => screen.getByRole('grid');
const rows = () => within(grid()).getAllByRole('row').slice(1);
const selected = () => rows().find((row) => row.getAttribute('aria-selected') === 'true');
const panel = () => screen.queryByRole('complementary');

async function opened(length: number, answers: Answers = {}) {
  const all = await openWindow(answers, length);
  all.app.navigation.go('activity');
  await settled();
  return all;
}

describe('Activity', () => {
  afterEach(cleanup);

  it('lists calls in words, the newest first, and keeps only what is in sight in the document', async () => {
    const { log } = await opened(90);
    expect(rows().length).toBeLessThan(20);
    expect(grid().getAttribute('aria-rowcount')).toBe('91');
    expect(rows()[0]?.textContent).toMatch(/Claude Code.*notes.*read_note.*Allowed.*Answered.*1\.2 ms/s);
    expect(rows()[0]?.id).toBe(`call-${log.calls.length}`);
  });

  it('shows a call that is made while it is open', async () => {
    const { api, log } = await opened(1);
    api.emit('calls.changed', {
      newestId: log.grow(1, { tool: 'delete_note', verdict: 'deny', status: 'refused' }),
    });
    await waitFor(() => expect(rows()[0]?.textContent).toMatch(/delete_note.*Denied.*Not sent/s));
  });

  it('opens a record beside the list by click, with everything in it', async () => {
    await opened(3);
    await fireEvent.click(rows()[1] ?? expect.fail());
    await settled();
    const text = panel()?.textContent ?? '';
    for (const part of [
      'Claude Code wanted to read note “ideas”',
      'The policy allows it. The server answered.',
      'ideas',
      'session-1',
      'req_2',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('tells an error of the server, and a denial only once', async () => {
    const log = sampleLog(0);
    log.grow(1, { verdict: 'deny', status: 'refused' });
    log.grow(1, { status: 'error' });
    const { app } = await openWindow({
      ...log.answers,
      'calls.story': ({ id }) => {
        const change = {
          violations: id === 1 ? ['It is blocked'] : [],
          notes: id === 1 ? ['money'] : [],
          alert: id === 1 ? 'Somebody pays' : null,
          errorCode: -32_001,
          errorMessage: 'It broke',
        };
        return sampleStory(log.calls[id - 1] ?? expect.fail(), change);
      },
    });
    app.navigation.go('activity');
    await settled();
    app.activity.open(1);
    await settled();
    expect(panel()?.textContent).toContain('It is blocked');
    expect(panel()?.textContent).toMatch(/Notes.*You were told: Somebody pays.*money/su);
    expect(panel()?.textContent).not.toContain('It broke');
    app.activity.open(2);
    await settled();
    expect(panel()?.textContent).toMatch(/Error -32001.*It broke/s);
  });

  it('shows how the answer begins, and leads to the call that became of a changed one', async () => {
    const summary = {
      isError: true,
      parts: [
        { type: 'text', bytes: 2100 },
        { type: 'image', bytes: null },
      ],
      cut: true,
      text: 'No such note',
    };
    const log = sampleLog(3);
    const { app } = await openWindow({
      ...log.answers,
      'calls.story': ({ id }) => {
        const call = log.calls[id - 1] ?? expect.fail();
        const story = sampleStory(call, { responseBytes: 2400, summary: id === 2 ? summary : null });
        return { ...story, came: id === 2 ? 1 : null, became: id === 1 ? 2 : null };
      },
    });
    app.navigation.go('activity');
    app.activity.open(1);
    await settled();
    expect(panel()?.textContent).toMatch(/Answer\s*2\.4 KB.*Its text is not kept/su);
    await fireEvent.click(button('It went on as call 2'));
    await settled();
    const text = panel()?.textContent;
    expect(text).toMatch(/The tool says that it failed. 2 parts: text \(2\.1 KB\), image, and perhaps more/u);
    expect(text).toMatch(/No such note.*the rest is not kept/su);
    await fireEvent.click(button('It came as call 1'));
    await settled();
    expect(app.activity.details.id).toBe(1);
  });

  it('is worked with the keyboard alone', async () => {
    await opened(5);
    expect(document.activeElement).toBe(grid());
    await fireEvent.keyDown(grid(), { key: 'ArrowDown' });
    await fireEvent.keyDown(grid(), { key: 'ArrowDown' });
    expect(selected()?.id).toBe('call-4');
    expect(grid().getAttribute('aria-activedescendant')).toBe('call-4');
    expect(panel()).toBeNull();
    await fireEvent.keyDown(grid(), { key: 'Enter' });
    await settled();
    expect(panel()?.textContent).toContain('req_4');
    await fireEvent.keyDown(grid(), { key: 'End' });
    await settled();
    expect(panel()?.textContent).toContain('req_1');
    await fireEvent.keyDown(grid(), { key: 'Escape' });
    expect(panel()).toBeNull();
    expect(selected()).toBeUndefined();
  });

  it('closes the panel with Escape from inside it, and the list has the keyboard again', async () => {
    await opened(2);
    await fireEvent.click(rows()[0] ?? expect.fail());
    await settled();
    await fireEvent.keyDown(button('Close'), { key: 'Escape' });
    await settled();
    expect(panel()).toBeNull();
    expect(document.activeElement).toBe(grid());
  });

  it('copies the record and its arguments as JSON', async () => {
    const { api } = await opened(1);
    await fireEvent.click(rows()[0] ?? expect.fail());
    await settled();
    await fireEvent.click(button('Copy the record as JSON'));
    await fireEvent.click(button('Copy the arguments'));
    await settled();
    const [record, given] = api.asked('clipboard.write');
    expect(JSON.parse(record ?? '')).toMatchObject({ id: 1, arguments: { name: 'ideas' } });
    expect(given).toBe('{\n  "name": "ideas"\n}');
  });

  it('copies the record that the cursor is on with C', async () => {
    const { api } = await opened(3);
    await fireEvent.keyDown(grid(), { key: 'ArrowDown' });
    await fireEvent.keyDown(grid(), { key: 'c' });
    await settled();
    expect(JSON.parse(api.asked('clipboard.write')[0] ?? '')).toMatchObject({ id: 3 });
  });

  it('narrows by decision, with the number of calls of each', async () => {
    const { app, log } = await openWindow({}, 2);
    log.grow(1, { verdict: 'deny', tool: 'delete_note' });
    app.navigation.go('activity');
    await settled();
    expect(button(/All\s*3/).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(button(/Denied\s*1/));
    await settled();
    expect(rows()).toHaveLength(1);
    expect(button(/Denied\s*1/).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(button('Clear'));
    await settled();
    expect(rows()).toHaveLength(3);
  });

  it('narrows by a value from the menu, which says how many calls it would leave; a chip takes it out', async () => {
    const { log } = await opened(0);
    log.grow(2);
    log.grow(1, { tool: 'send_note' });
    await fireEvent.click(button('Narrow the log'));
    await settled();
    await fireEvent.click(await screen.findByRole('button', { name: 'Tool' }));
    await settled();
    await fireEvent.input(screen.getByRole('textbox', { name: 'Find a tool' }), {
      target: { value: 'send' },
    });
    await settled();
    await fireEvent.click(await screen.findByRole('button', { name: /send_note\s*1/ }));
    await settled();
    expect(rows()).toHaveLength(1);
    expect(screen.getByRole('list', { name: 'Filters' }).textContent).toMatch(/Tool\s*send_note/);
    await fireEvent.click(button('Remove the filter Tool: send_note'));
    await settled();
    expect(rows()).toHaveLength(3);
  });

  it('sorts by the head of a column, down and up', async () => {
    const { log, api } = await opened(1);
    log.grow(1, { latencyMicros: 9_000 });
    log.grow(1, { latencyMicros: 10 });
    await fireEvent.click(button('Latency'));
    await settled();
    expect(rows()[0]?.id).toBe('call-2');
    expect(screen.getByRole('columnheader', { name: 'Latency' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    await fireEvent.click(button('Latency'));
    await settled();
    expect(api.asked('calls.search').at(-1)?.sort).toBe('fastest');
  });

  it('saves a search, names it anew, asks it again, and removes it with a way back', async () => {
    let saved: SavedSearch[] = [];
    const { app } = await opened(2, {
      'searches.list': () => saved,
      'searches.save': ({ id = 'a', name, filter, sort = 'newest' }) => {
        const search = savedSearch.parse({ id, name, filter, sort });
        saved = [...saved.filter((other) => other.id !== id), search];
        return search;
      },
      'searches.remove': ({ id }) => {
        saved = saved.filter((search) => search.id !== id);
        return true;
      },
    });
    app.activity.show({ tools: ['read_note'] });
    await settled();
    await fireEvent.click(button('Saved searches'));
    const name = await screen.findByRole('textbox', { name: 'Name for this search' });
    await fireEvent.input(name, { target: { value: 'Reading' } });
    await fireEvent.click(button('Save'));
    await settled();
    await fireEvent.click(await screen.findByRole('button', { name: 'Rename Reading' }));
    await fireEvent.input(screen.getByRole('textbox', { name: 'Another name for Reading' }), {
      target: { value: 'Notes' },
    });
    await fireEvent.click(button('Rename'));
    await settled();
    app.activity.show({});
    await fireEvent.click(await screen.findByRole('button', { name: 'Notes' }));
    await settled();
    expect(app.activity.filter).toEqual({ tools: ['read_note'] });
    await fireEvent.click(button('Saved searches'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove Notes' }));
    await settled();
    expect(saved).toEqual([]);
    await fireEvent.click(button('Undo'));
    await settled();
    expect(saved.map(({ id, name: kept }) => [id, kept])).toEqual([['a', 'Notes']]);
  });

  it('shows calls over time: keys go through it, draw out a part, and look at it alone', async () => {
    const { app } = await opened(3);
    const plot = screen.getByRole('slider', { name: /Calls over time/ });
    expect(screen.getByRole('table', { name: 'Calls over time' }).textContent).toContain(
      '3 calls: 3 allowed',
    );
    await fireEvent.keyDown(plot, { key: 'Home' });
    expect(plot.getAttribute('aria-valuetext')).toMatch(/3 calls: 3 allowed/);
    await fireEvent.keyDown(plot, { key: 'ArrowRight', shiftKey: true });
    await fireEvent.keyDown(plot, { key: 'Enter' });
    const from = Date.UTC(2026, 10, 21, 12);
    expect(app.activity.filter).toEqual({ from, to: from + 120_000 });
    await settled();
    await fireEvent.keyDown(screen.getByRole('slider'), { key: 'Escape' });
    expect(app.activity.filter).toEqual({});
  });

  it('tells beside the list what was called most, each figure the way to its calls', async () => {
    const { app, log } = await opened(2);
    log.grow(1, { tool: 'delete_note', verdict: 'deny' });
    await fireEvent.click(button('Figures'));
    await settled();
    await fireEvent.click(button('1 denied'));
    await settled();
    expect(app.activity.filter).toEqual({ tools: ['delete_note'], decisions: ['denied', 'refused'] });
    expect(rows()).toHaveLength(1);
    await fireEvent.click(button('Close'));
    expect(panel()).toBeNull();
  });

  it('tells the whole story of a call: what the policy saw, and what was before and after it', async () => {
    const { app, log } = await opened(3, {
      'calls.story': ({ id }) => ({
        ...sampleStory(log.calls[id - 1] ?? expect.fail(), { waitedMs: 4_000, reason: 'person' }),
        before: log.calls.slice(0, 1),
        after: log.calls.slice(2),
        events: [sampleEvent('pause.set', { paused: true })],
      }),
    });
    await fireEvent.click(rows()[1] ?? expect.fail());
    await settled();
    expect(panel()?.textContent).toMatch(
      /You answered after 4 s\..*What the policy saw.*Everything was paused/s,
    );
    const after = screen.getByRole('list', { name: 'Calls after it' });
    await fireEvent.click(within(after).getByRole('button'));
    await settled();
    expect(app.activity.details.id).toBe(3);
    await fireEvent.click(button('All its calls'));
    expect(app.activity.filter).toEqual({ sessions: ['session-1'] });
  });

  it('tells in words what happened besides calls, and all of it where it is asked for', async () => {
    const happened = [
      sampleEvent('client.registered', { name: 'Cursor' }, { id: 3, by: 'person', subject: 'cursor' }),
      sampleEvent('mode.set', { mode: 'audit', before: 'enforce' }, { id: 2 }),
      sampleEvent('newer.kind', {}, { id: 1, details: 'not JSON' }),
    ];
    const { api } = await opened(1, {
      'events.search': ({ kinds = [] }) => ({
        events: happened.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)),
        more: false,
        kinds: happened.map(({ kind }) => kind),
      }),
    });
    await fireEvent.click(screen.getByRole('radio', { name: 'Events' }));
    await settled();
    const list = screen.getByRole('list', { name: 'What happened, newest first' });
    expect(list.textContent).toMatch(
      /The client “Cursor” was registered.*you.*from Enforce to Audit.*newer\.kind/s,
    );
    await fireEvent.click(button(/Token renewed|Client registered/));
    expect(list.textContent).toContain('client.registered');
    const kinds = screen.getByRole('combobox');
    await fireEvent.change(kinds, { target: { value: 'mode.set' } });
    await settled();
    expect(within(screen.getByRole('list', { name: /What happened/ })).getAllByRole('listitem')).toHaveLength(
      1,
    );
    expect(api.asked('events.search').at(-1)?.kinds).toEqual(['mode.set']);
  });

  it('verifies the log with progress, can be stopped, and tells what it found and where', async () => {
    const running = sampleVerification({ state: 'running', checked: 40, total: 100, endedAt: null });
    const { api, app } = await opened(3, {
      'audit.proof': () => ({
        key: { id: '0123456789abcdef', publicKey: 'AA', protection: 'keychain' },
        signed: { seq: 100, at: Date.now() },
        problem: null,
      }),
      'audit.verify.read': () => null,
      'audit.verify': () => running,
      'audit.verify.cancel': () => true,
    });
    await fireEvent.click(button('Proof of the log'));
    await settled();
    expect(panel()?.textContent).toMatch(/keychain of this system.*up to record 100/s);
    await fireEvent.click(button('Verify the log'));
    await settled();
    expect(screen.getByRole('progressbar', { name: 'Verifying' }).getAttribute('value')).toBe('40');
    await fireEvent.click(button('Stop'));
    expect(api.asked('audit.verify.cancel')).toEqual([{ id: 1 }]);
    api.emit('audit.verify.changed', sampleVerification({ state: 'cancelled', checked: 40 }));
    await settled();
    expect(panel()?.textContent).toContain('Stopped after 40 records');
    const broken = {
      kind: 'changed',
      seq: 2,
      through: 2,
      table: 'calls',
      message: 'Record 2 was changed.',
    } as const;
    api.emit('audit.verify.changed', sampleVerification({ id: 2, broken }));
    await settled();
    expect(panel()?.textContent).toMatch(/tampered with.*Record 2 was changed\./s);
    await fireEvent.click(button('Open record 2'));
    await settled();
    expect(app.activity.details.id).toBe(2);
  });

  it('says so while the search index is being built', async () => {
    await opened(1, { 'index.read': () => ({ state: 'building', share: 0.734, reason: 'It was missing' }) });
    expect(screen.getByText(/being built anew: 73 %/)).toBeTruthy();
  });

  it('goes to the search with Ctrl F from any view, and from there to the list', async () => {
    const { app } = await openWindow({}, 2);
    await fireEvent.keyDown(window, { key: 'f', ctrlKey: true });
    await settled();
    expect(app.navigation.view).toBe('activity');
    const search = screen.getByRole('searchbox');
    expect(document.activeElement).toBe(search);
    await fireEvent.input(search, { target: { value: 'nothing' } });
    await waitFor(() => screen.getByText('No call matches'));
    await fireEvent.keyDown(search, { key: 'Escape' });
    await waitFor(() => expect(rows()).toHaveLength(2));
    await fireEvent.keyDown(search, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(grid());
  });

  it('stops following when it is scrolled, and the button leads back', async () => {
    const { api, log } = await opened(90);
    const follow = screen.getByRole('switch', { name: 'Follow the newest calls' });
    expect(follow.getAttribute('aria-checked')).toBe('true');
    const scroller = grid().querySelector('.scroller') ?? expect.fail();
    scroller.scrollTop = 640;
    await fireEvent.scroll(scroller);
    expect(follow.getAttribute('aria-checked')).toBe('false');
    api.emit('calls.changed', { newestId: log.grow(3) });
    await waitFor(() => button('3 new'));
    await fireEvent.click(button('3 new'));
    await waitFor(() => expect(rows()[0]?.id).toBe('call-93'));
    expect(scroller.scrollTop).toBe(0);
    expect(follow.getAttribute('aria-checked')).toBe('true');
  });

  it('says that the log could not be read rather than that it is empty', async () => {
    let broken = true;
    const { log } = await opened(0, {
      'calls.search': (query) => (broken ? Promise.reject(new Error('The disk is gone')) : log.search(query)),
    });
    expect(screen.getByText("The log couldn't be read")).toBeTruthy();
    expect(screen.getByText(/The disk is gone\./)).toBeTruthy();
    broken = false;
    log.grow(1);
    await fireEvent.click(button('Try again'));
    await settled();
    expect(rows()).toHaveLength(1);
  });

  it('waits for a gateway that is only starting, without a word of failure', async () => {
    const { api } = await opened(3, { 'status.read': () => sampleStatus({ state: 'starting', url: null }) });
    expect(screen.getByText('The proxy does not run')).toBeTruthy();
    expect(api.asked('calls.search')).toEqual([]);
    api.emit('status.changed', sampleStatus());
    await settled();
    expect(rows()).toHaveLength(3);
    api.emit('status.changed', sampleStatus({ state: 'starting', url: null }));
    await settled();
    expect(rows()).toHaveLength(3);
  });

  it('teaches with one action while there are no calls', async () => {
    const { api } = await opened(0, { 'demo.run': () => [] });
    await fireEvent.click(button('Make three calls'));
    expect(api.asked('demo.run')).toHaveLength(1);
  });

  it('is where tray and notifications lead to one call', async () => {
    const { api, app } = await openWindow({}, 4);
    api.emit('place.show', { place: 'call', id: 2 });
    await settled();
    expect(app.navigation.view).toBe('activity');
    expect(panel()?.textContent).toContain('req_2');
    expect(selected()?.id).toBe('call-2');
  });

  it('puts a new key in the place of the one that signs the log', async () => {
    const proof = (id: string): AuditProof => ({
      key: { id, publicKey: 'MCow', protection: 'file' },
      signed: { seq: 9, at: Date.now() },
      problem: null,
    });
    const { api, app } = await opened(3, {
      'audit.proof': () => proof('0123456789abcdef'),
      'audit.verify.read': () => null,
      'audit.key.replace': () => proof('fedcba9876543210'),
    });
    app.activity.showSide('proof');
    await settled();
    expect(panel()?.textContent).toContain('0123456789abcdef');
    await fireEvent.click(button('Replace the key'));
    await settled();
    expect(api.asked('audit.key.replace')).toHaveLength(1);
    expect(panel()?.textContent).toContain('fedcba9876543210');
    expect(panel()?.textContent).not.toContain('0123456789abcdef');
  });
});
