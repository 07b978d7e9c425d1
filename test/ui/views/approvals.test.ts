import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guardMs } from '../../../renderer/state/answer-guard.svelte.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { answeredInTime, sampleApproval, sampleDraft } from '../../samples.ts';

const cards = () => screen.queryAllByRole('article');
const card = (index: number) => cards()[index] ?? expect.fail(`There is no card ${index}`);
const names = () => cards().map((one) => within(one).getByRole('heading', { level: 2 }).textContent);

async function waiting(...approvals: ReturnType<typeof sampleApproval>[]) {
  const opened = await openWindow({
    'approvals.list': () => approvals,
    'approvals.answer': answeredInTime,
    'approvals.hold': () => true,
    'approvals.rule': () => sampleDraft,
  });
  opened.app.navigation.go('approvals');
  await settled();
  return { ...opened, answers: () => opened.api.asked('approvals.answer') };
}

async function past(ms: number) {
  vi.advanceTimersByTime(ms);
  await settled();
}

describe('Approvals', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it('shows who wants what, why it is asked, all arguments, and what happens without an answer', async () => {
    await waiting(
      sampleApproval('a', {
        arguments: '{"name":"ideas","to":"anna@example.com","size":12345678901234567890}',
      }),
    );
    const text = card(0).textContent;
    for (const part of [
      'Claude Code wants to send note “ideas” to “anna@example.com”',
      'notes',
      'send_note',
      'Sending leaves this machine',
      'demo_sending_asks',
      '12345678901234567890',
      'Without an answer it is denied in 2:00.',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('says once what the policy says twice', async () => {
    await waiting(
      sampleApproval('a', { message: 'It leaves this machine', violations: ['It leaves this machine'] }),
    );
    expect(screen.getAllByText('It leaves this machine')).toHaveLength(1);
  });

  it('counts down, and says what became of a call whose time is up', async () => {
    await waiting(sampleApproval('a', { onTimeout: 'allow' }));
    await past(17_000);
    expect(screen.getByRole('timer', { name: 'Time left' }).textContent).toBe('1:43');
    await past(103_000);
    expect(card(0).textContent).toContain('Time is up: it is allowed.');
  });

  it('folds a long argument and says how long it is', async () => {
    await waiting(sampleApproval('a', { arguments: JSON.stringify({ text: 'x'.repeat(5_000) }) }));
    const fold = button('Show all · 5,000 characters');
    expect(card(0).textContent).not.toContain('x'.repeat(5_000));
    await fireEvent.click(fold);
    expect(card(0).textContent).toContain('x'.repeat(5_000));
  });

  it('takes no click within the first half second, neither answer being chosen beforehand', async () => {
    const { answers } = await waiting(sampleApproval('a'));
    expect(document.activeElement).toBe(card(0));
    await fireEvent.click(button(/^Allow/));
    await past(guardMs - 1);
    await fireEvent.click(button(/^Deny/));
    expect(answers()).toEqual([]);
    await past(1);
    await fireEvent.click(button(/^Deny/));
    expect(answers()).toEqual([expect.objectContaining({ ids: ['a'], allow: false })]);
  });

  it('takes no key within the first half second, and none that is held down from before', async () => {
    const { answers } = await waiting(sampleApproval('a'));
    await fireEvent.keyDown(card(0), { key: 'a' });
    await past(guardMs);
    await fireEvent.keyDown(card(0), { key: 'a', repeat: true });
    await fireEvent.keyDown(card(0), { key: 'a', ctrlKey: true });
    expect(answers()).toEqual([]);
    await fireEvent.keyDown(card(0), { key: 'A' });
    expect(answers()).toEqual([expect.objectContaining({ ids: ['a'], allow: true })]);
  });

  it('is shut again when the call changes under the pointer', async () => {
    const { api, answers } = await waiting(sampleApproval('a'));
    await past(guardMs);
    api.emit('approvals.changed', [sampleApproval('a', { arguments: '{"name":"secrets"}' })]);
    await settled();
    await fireEvent.click(button(/^Allow/));
    expect(answers()).toEqual([]);
  });

  it('is shut again when the window comes to the front', async () => {
    const { answers } = await waiting(sampleApproval('a'));
    await past(guardMs);
    await fireEvent.focus(window);
    await fireEvent.click(button(/^Allow/));
    expect(answers()).toEqual([]);
  });

  it('goes from one question to the next by keys, and answers the one in front alone', async () => {
    const { answers } = await waiting(
      sampleApproval('a', { since: 1, tool: 'read_note' }),
      sampleApproval('b', { since: 2, tool: 'write_note' }),
      sampleApproval('c', { since: 3, tool: 'delete_note' }),
    );
    expect(screen.getByText('1 of 3')).toBeTruthy();
    await fireEvent.keyDown(card(0), { key: 'ArrowRight' });
    expect(names()).toEqual(['Claude Code wants to write note “ideas” to “anna@example.com”']);
    await past(guardMs);
    await fireEvent.keyDown(document.body, { key: 'a' });
    expect(answers()).toEqual([]);
    await fireEvent.keyDown(card(0), { key: 'd' });
    await settled();
    expect(answers()).toMatchObject([{ ids: ['b'], allow: false }]);
    expect(names()[0]).toContain('delete note');
    expect(document.activeElement).toBe(card(0));
    await fireEvent.keyDown(card(0), { key: 'd' });
    expect(answers()).toHaveLength(1);
  });

  it('takes a duration by its number, says what that means, and shows the rule of “always”', async () => {
    const { api, answers } = await waiting(sampleApproval('a'));
    await fireEvent.keyDown(card(0), { key: '2' });
    expect(card(0).textContent).toContain(
      'Your answer holds for 15 minutes for Claude Code: “send_note” with exactly these arguments.',
    );
    await fireEvent.keyDown(card(0), { key: '4' });
    await fireEvent.click(screen.getByRole('radio', { name: 'Tool' }));
    await past(guardMs);
    expect(card(0).textContent).toContain('Always allow send_note');
    expect(card(0).textContent).toContain('Any program can call itself like this client');
    expect(api.asked('approvals.rule').at(-1)).toMatchObject({ id: 'a', allow: true, scope: 'tool' });
    await fireEvent.click(button(/^Allow/));
    expect(answers()).toMatchObject([{ duration: 'always', scope: 'tool' }]);
  });

  it('says what is known of client, tool, log and session, and what is only claimed', async () => {
    await waiting(
      sampleApproval('a', {
        described: {
          title: 'Send a note',
          description: 'Sends it to somebody.',
          hints: { destructive: true, openWorld: true },
        },
        before: {
          alike: { calls: 14, asked: 2, allowed: 13, denied: 1, lastAt: Date.now() - 600_000 },
          same: { calls: 0, asked: 0, allowed: 0, denied: 0, lastAt: null },
          since: 0,
          session: [],
        },
      }),
    );
    const text = card(0).textContent;
    expect(text).toContain('no token: any program can call itself that');
    expect(text).toMatch(/The server says:\s+“Send a note”\./);
    expect(text).toContain('It says that it may destroy, reaches outside.');
    expect(text).toContain('14 times, allowed 13, last 10 min ago; never with these arguments.');
  });

  it('finds what somebody looks for in many arguments, folded or not', async () => {
    const values = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, 'x']));
    await waiting(
      sampleApproval('a', { arguments: JSON.stringify({ ...values, text: `${'x'.repeat(5_000)} needle` }) }),
    );
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'NEEDLE' } });
    expect(card(0).textContent).toContain('1 found');
    expect(card(0).querySelector('.found')?.textContent).toBe('needle');
  });

  it('teaches what it is for while nothing waits, and gives its focus to the first call that comes', async () => {
    const { api } = await waiting();
    expect(screen.getByText('Nothing waits')).toBeTruthy();
    api.emit('approvals.changed', [sampleApproval('a')]);
    await settled();
    expect(document.activeElement).toBe(card(0));
  });

  it('is announced on every other view, and that bar leads here', async () => {
    const { app } = await waiting(sampleApproval('a'), sampleApproval('b'));
    expect(screen.queryByRole('region', { name: 'Waiting for your answer' })).toBeNull();
    for (const view of ['home', 'activity', 'policies'] as const) {
      app.navigation.go(view);
      await settled();
      const bar = screen.getByRole('region', { name: 'Waiting for your answer' });
      expect(bar.textContent).toMatch(/Claude Code wants to send note.*and 1 more.*2:00/s);
    }
    await fireEvent.click(button('Answer'));
    expect(screen.getByText('1 of 2')).toBeTruthy();
  });
});
