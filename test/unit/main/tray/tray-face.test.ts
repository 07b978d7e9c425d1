import { describe, expect, it } from 'vitest';
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
