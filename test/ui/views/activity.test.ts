import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleRecord, sampleStatus } from '../../samples.ts';
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
      'calls.page': (query) => log.page(query),
      'calls.read': (id) => {
        const change = {
          violations: id === 1 ? ['It is blocked'] : [],
          notes: id === 1 ? ['money'] : [],
          alert: id === 1 ? 'Somebody pays' : null,
          errorCode: -32_001,
          errorMessage: 'It broke',
        };
        return sampleRecord(log.calls[id - 1] ?? expect.fail(), change);
      },
    });
    app.navigation.go('activity');
    await settled();
    app.activity.open(1);
    await settled();
    expect(panel()?.textContent).toContain('It is blocked');
    expect(panel()?.textContent).toMatch(/Noted by the policy.*You were told: Somebody pays.*money/su);
    expect(panel()?.textContent).not.toContain('It broke');
    app.activity.open(2);
    await settled();
    expect(panel()?.textContent).toMatch(/Error -32001.*It broke/s);
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

  it('filters by verdict', async () => {
    const { log, app } = await opened(2);
    log.grow(1, { verdict: 'deny', tool: 'delete_note' });
    await fireEvent.click(screen.getByRole('radio', { name: 'Denied' }));
    await settled();
    expect(app.activity.verdict).toBe('deny');
    expect(rows()).toHaveLength(1);
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
      'calls.page': (query) => (broken ? Promise.reject(new Error('The disk is gone')) : log.page(query)),
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
    expect(api.asked('calls.page')).toEqual([]);
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
});
