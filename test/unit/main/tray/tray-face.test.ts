import { describe, expect, it } from 'vitest';
import { noticeOf } from '../../../../electron/main/tray/notice.ts';
import { menuText, oneLine } from '../../../../electron/main/tray/one-line.ts';
import { stateInWords, trayIcon } from '../../../../electron/main/tray/tray-face.ts';
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
    [
      'waiting',
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

describe('notice', () => {
  it('is none where nothing waits', () => {
    expect(noticeOf([])).toBeNull();
  });

  it('names client, tool and server of one call, and leaves its arguments out', () => {
    expect(noticeOf([approval()])).toEqual({
      title: 'Claude waits for your answer',
      body: 'It wants to call send_note of notes.',
    });
  });

  it('sums several up, same ones once', () => {
    const waiting = [
      approval(),
      approval({ id: 'a2' }),
      approval({ id: 'a3', client: 'Codex', tool: 'delete_note' }),
    ];
    expect(noticeOf(waiting)).toEqual({
      title: '3 calls wait for your answer',
      body: 'Claude: send_note\nCodex: delete_note',
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
