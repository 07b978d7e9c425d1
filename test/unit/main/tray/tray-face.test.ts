import { describe, expect, it } from 'vitest';
import { noticeOf } from '../../../../electron/main/tray/notice.ts';
import { menuText, oneLine } from '../../../../electron/main/tray/one-line.ts';
import { stateInWords, tooltip, trayIcon } from '../../../../electron/main/tray/tray-face.ts';
import { sampleStatus } from '../../../samples.ts';
import { approval, desktop, problem } from './states.ts';

describe('tray icon and words', () => {
  it.each([
    ['idle', 'Running on 127.0.0.1:3000', desktop()],
    ['idle', 'Starting', desktop({ status: sampleStatus({ state: 'starting', url: null }) })],
    ['paused', 'Paused: every call is denied', desktop({ status: sampleStatus({ state: 'paused' }) })],
    ['attention', 'Running on 127.0.0.1:3000', desktop({ status: sampleStatus({ problems: [problem] }) })],
    [
      'attention',
      'Stopped: no call gets through',
      desktop({ status: sampleStatus({ state: 'stopped', url: null }) }),
    ],
    ['waiting', 'One call waits for your answer', desktop({ approvals: [approval()] })],
    ['working', 'Running on 127.0.0.1:3000', desktop({ isWorking: true })],
    [
      'waiting-more',
      '12 calls wait for your answer',
      desktop({ approvals: Array.from({ length: 12 }, (_, index) => approval({ id: `a${index}` })) }),
    ],
    [
      'waiting-2',
      '2 calls wait for your answer',
      desktop({
        approvals: [approval(), approval({ id: 'a2' })],
        status: sampleStatus({ problems: [problem] }),
      }),
    ],
  ] as const)('%s: %s', (icon, words, state) => {
    expect(trayIcon(state)).toBe(icon);
    expect(stateInWords(state)).toBe(words);
  });
});

describe('do not disturb', () => {
  const quiet = { from: 0, until: Date.UTC(2026, 10, 22, 12), as: 'deny', calls: 0 } as const;

  it('has an icon of its own and says until when, and what becomes of the calls', () => {
    expect(trayIcon(desktop({ quiet, isWorking: true }))).toBe('quiet');
    expect(stateInWords(desktop({ quiet }))).toMatch(/^Do not disturb until .+: questions are denied$/);
  });

  it('hides neither a problem nor a pause', () => {
    const paused = sampleStatus({ state: 'paused' });
    expect(trayIcon(desktop({ quiet, status: sampleStatus({ problems: [problem] }) }))).toBe('attention');
    expect(trayIcon(desktop({ quiet, status: paused }))).toBe('paused');
    expect(stateInWords(desktop({ quiet, status: paused }))).toBe('Paused: every call is denied');
  });
});

describe('tooltip', () => {
  it('says in words what the picture shows', () => {
    expect(tooltip('App', desktop())).toBe('App: Running on 127.0.0.1:3000');
    expect(tooltip('App', desktop({ isWorking: true }))).toBe(
      'App: Running on 127.0.0.1:3000. Calls are coming in',
    );
    expect(tooltip('App', desktop({ status: sampleStatus({ problems: [problem] }) }))).toBe(
      `App: Running on 127.0.0.1:3000. ${problem.message}`,
    );
  });
});

describe('notice', () => {
  it('is none where nothing waits', () => {
    expect(noticeOf([])).toBeNull();
  });

  it('names client, tool and server of one call, and leaves its arguments out', () => {
    expect(noticeOf([approval()])).toEqual({
      title: 'Claude waits for your answer',
      body: 'It wants to call send_note of notes.',
      answers: ['a1'],
    });
  });

  it('says why it is asked, where the rule has words', () => {
    const ruleWords = { title: 'Sending leaves <this> machine', description: null };
    expect(noticeOf([approval({ ruleWords })])?.body).toBe(
      'It wants to call send_note of notes.\nSending leaves ‹this› machine',
    );
  });

  it('is one for calls that differ in nothing, and answers all of them', () => {
    const waiting = [approval({ group: 'same' }), approval({ id: 'a2', group: 'same' })];
    expect(noticeOf(waiting)).toEqual({
      title: 'Claude waits for your answer',
      body: 'It wants to call send_note of notes, 2 times the same.',
      answers: ['a1', 'a2'],
    });
  });

  it('sums several up, same ones once', () => {
    const waiting = [
      approval(),
      approval({ id: 'a2', group: 'a2' }),
      approval({ id: 'a3', group: 'a3', client: 'Codex', tool: 'delete_note' }),
    ];
    expect(noticeOf(waiting)).toEqual({
      title: '3 calls wait for your answer',
      body: 'Claude: send_note\nCodex: delete_note',
      answers: [],
    });
  });

  it('holds no markup', () => {
    const notice = noticeOf([approval({ tool: '<a href="x">&</a>' })]);
    expect(notice?.body).not.toMatch(/[<>&]/);
  });
});

describe('one line', () => {
  it('has no characters that cannot be seen', () => {
    expect(oneLine('a\u202eb\nc\u200bd\u2028e\u0000')).toBe('a b c d e');
  });

  it('says that it was cut, and never cuts a character in two', () => {
    expect(oneLine('😀'.repeat(10), 4)).toBe('😀😀😀…');
    expect(oneLine('abcd', 4)).toBe('abcd');
  });

  it('marks no key in a menu', () => {
    expect(menuText('A & B')).toBe('A && B');
  });
});
