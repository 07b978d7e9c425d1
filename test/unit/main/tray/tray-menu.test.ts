import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DesktopState } from '../../../../electron/main/desktop-state.ts';
import { trayMenu } from '../../../../electron/main/tray/tray-menu.ts';
import { sampleStatus } from '../../../samples.ts';
import { approval, call, desktop, problem } from './states.ts';

type Item = MenuItemConstructorOptions;

function menuOf(state: DesktopState, pauseKeys: string | null = null) {
  const actions = {
    open: vi.fn(),
    showApprovals: vi.fn(),
    showQuestion: vi.fn(),
    showCall: vi.fn(),
    answer: vi.fn(),
    setQuiet: vi.fn(),
    setMode: vi.fn(),
    setPaused: vi.fn(),
    restart: vi.fn(),
    quit: vi.fn(),
  };
  return { actions, menu: trayMenu({ name: 'The App', pauseKeys }, state, actions) };
}

function item(menu: readonly Item[], label: string): Item {
  const found = menu.find((entry) => entry.label === label);
  if (found === undefined) throw new Error(`${label} is not among ${labels(menu).join(' | ')}`);
  return found;
}

const labels = (menu: readonly Item[]) => menu.map(({ label, type }) => label ?? type);
const submenu = (entry: Item) => entry.submenu as Item[];
/** Electron hands menu item, window and event over; these handlers take none of them. */
const click = (entry: Item) => (entry.click as () => void)();

describe('the keys that pause everything', () => {
  it('stand beside it, and are left to whoever listens for them', () => {
    const { menu } = menuOf(desktop(), 'CommandOrControl+Alt+Shift+P');
    expect(item(menu, 'Pause everything')).toMatchObject({
      accelerator: 'CommandOrControl+Alt+Shift+P',
      registerAccelerator: false,
    });
  });

  it('do not where there are none', () => {
    expect(item(menuOf(desktop()).menu, 'Pause everything')).not.toHaveProperty('accelerator');
  });
});

describe('do not disturb', () => {
  const now = new Date(2026, 10, 22, 23, 50).getTime();
  beforeEach(() => void vi.useFakeTimers({ now }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    [1, new Date(2026, 10, 23, 0, 5).getTime(), 'deny'],
    [2, new Date(2026, 10, 23, 0, 50).getTime(), 'deny'],
    [3, new Date(2026, 10, 23, 8).getTime(), 'deny'],
    [6, new Date(2026, 10, 23, 0, 5).getTime(), 'record'],
    [7, new Date(2026, 10, 23, 0, 50).getTime(), 'record'],
    [8, new Date(2026, 10, 23, 8).getTime(), 'record'],
  ] as const)('choice %i holds from the click on', (choice, until, as) => {
    const { menu, actions } = menuOf(desktop());
    const found = submenu(item(menu, 'Do not disturb'))[choice];
    if (found === undefined) throw new Error('there is no such choice');
    click(found);
    expect(actions.setQuiet).toHaveBeenCalledWith({ until, as });
  });

  it('is said, and ended', () => {
    const until = now + 60_000;
    const { menu, actions } = menuOf(desktop({ quiet: { from: now, until, as: 'record', calls: 0 } }));
    expect(menu[0]?.label).toMatch(/^Do not disturb until .*: questions are let through and recorded$/);
    click(item(menu, 'Ask me again'));
    expect(actions.setQuiet).toHaveBeenCalledWith({ until: null, as: 'record' });
  });
});

describe('tray menu', () => {
  it('is short when nothing happens', () => {
    expect(labels(menuOf(desktop()).menu)).toEqual([
      'Running on 127.0.0.1:3000',
      'separator',
      'Enforce the policy',
      'Audit only: record, deny nothing',
      'separator',
      'Do not disturb',
      'Pause everything',
      'separator',
      'Open The App',
      'Quit',
    ]);
  });

  it('opens and quits', () => {
    const { menu, actions } = menuOf(desktop());
    click(item(menu, 'Open The App'));
    click(item(menu, 'Quit'));
    expect(actions.open).toHaveBeenCalledOnce();
    expect(actions.quit).toHaveBeenCalledOnce();
  });

  it('answers what waits, by its id', () => {
    const { menu, actions } = menuOf(
      desktop({
        approvals: [approval(), approval({ id: 'a2', group: 'other', client: 'Codex', tool: 'delete_note' })],
      }),
    );
    expect(menu[0]?.label).toBe('2 calls wait for your answer');
    click(item(submenu(item(menu, 'Codex: delete_note')), 'Allow once'));
    expect(actions.answer).toHaveBeenLastCalledWith(['a2'], true);
    click(item(submenu(item(menu, 'Claude: send_note')), 'Deny'));
    expect(actions.answer).toHaveBeenLastCalledWith(['a1'], false);
    click(item(submenu(item(menu, 'Codex: delete_note')), 'Show it whole…'));
    expect(actions.showQuestion).toHaveBeenLastCalledWith('other');
    click(item(menu, 'Show the prompt'));
    expect(actions.showQuestion).toHaveBeenLastCalledWith(null);
  });

  it('lists calls that differ in nothing as one, and answers all of them', () => {
    const alike = ['a1', 'a2', 'a3'].map((id) => approval({ id, group: 'same' }));
    const { menu, actions } = menuOf(desktop({ approvals: alike }));
    expect(menu[0]?.label).toBe('3 calls wait for your answer');
    click(item(submenu(item(menu, 'Claude: send_note (3)')), 'Allow all 3 once'));
    expect(actions.answer).toHaveBeenLastCalledWith(['a1', 'a2', 'a3'], true);
    click(item(submenu(item(menu, 'Claude: send_note (3)')), 'Deny all 3'));
    expect(actions.answer).toHaveBeenLastCalledWith(['a1', 'a2', 'a3'], false);
  });

  it('is another menu where other calls wait, though it reads the same', () => {
    const one = menuOf(desktop({ approvals: [approval()] })).menu;
    const other = menuOf(desktop({ approvals: [approval({ id: 'a2' })] })).menu;
    expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
  });

  it('leads to the answers that hold for longer', () => {
    const { menu, actions } = menuOf(desktop({ grants: 2 }));
    click(item(menu, '2 answers hold for longer…'));
    expect(actions.showApprovals).toHaveBeenCalledOnce();
    expect(labels(menuOf(desktop({ grants: 1 })).menu)).toContain('One answer holds for longer…');
  });

  it('says before the answer what is wanted, and why it is asked', () => {
    const { menu } = menuOf(desktop({ approvals: [approval({ message: 'send_note leaves this machine' })] }));
    expect(labels(submenu(item(menu, 'Claude: send_note'))).slice(0, 5)).toEqual([
      'Claude wants send_note of notes',
      '{"to":"bob"}',
      'send_note leaves this machine',
      'Sending needs a person',
      'separator',
    ]);
  });

  it('lets nothing be allowed that it does not show whole', () => {
    const long = JSON.stringify({ to: 'bob', text: 'x'.repeat(400) });
    const { menu, actions } = menuOf(desktop({ approvals: [approval({ arguments: long })] }));
    const entry = submenu(item(menu, 'Claude: send_note'));
    expect(labels(entry).filter((label) => label?.startsWith('Allow'))).toEqual([]);
    expect(item(entry, 'To allow it, see it whole first').enabled).toBe(false);
    click(item(entry, 'Deny'));
    expect(actions.answer).toHaveBeenLastCalledWith(['a1'], false);
  });

  it('shows no secret, nor reasons that may quote it, and lets it be denied or looked at alone', () => {
    const secret = { arguments: '{"password":"hunter2"}', holdsSecret: true };
    const quoting = { message: 'hunter2 is weak', violations: ['hunter2 is old'] };
    const { menu, actions } = menuOf(desktop({ approvals: [approval({ ...secret, ...quoting })] }));
    const entry = submenu(item(menu, 'Claude: send_note'));
    expect(labels(entry)).toEqual([
      'Claude wants send_note of notes',
      'Holds something that looks like a secret: look at it in the window',
      'separator',
      'To allow it, see it whole first',
      'Deny',
      'separator',
      'Show it whole…',
    ]);
    click(item(entry, 'Show it whole…'));
    expect(actions.showQuestion).toHaveBeenLastCalledWith('a1');
  });

  it('shows arguments of some length in lines', () => {
    const json = JSON.stringify({ to: 'bob', text: 'x'.repeat(120) });
    const { menu } = menuOf(desktop({ approvals: [approval({ arguments: json })] }));
    const entry = submenu(item(menu, 'Claude: send_note'));
    expect(labels(entry).slice(1, 3).join('')).toBe(json);
    expect(labels(entry)).toContain('Allow once');
  });

  it('names the resource where no tool is called', () => {
    const { menu } = menuOf(
      desktop({
        approvals: [
          approval({ tool: null, method: 'resources/read', resource: 'file:///etc/passwd', arguments: '{}' }),
        ],
      }),
    );
    const [what, resource] = submenu(item(menu, 'Claude: file:///etc/passwd'));
    expect(what?.label).toBe('Claude wants resources/read of notes');
    expect(resource?.label).toBe('file:///etc/passwd');
  });

  it('stays shorter than a screen when much waits', () => {
    const approvals = Array.from({ length: 9 }, (_, index) =>
      approval({ id: `a${index}`, group: `g${index}`, tool: `tool_${index}` }),
    );
    const { menu, actions } = menuOf(desktop({ approvals }));
    expect(menu.filter(({ label }) => label?.startsWith('Claude: '))).toHaveLength(5);
    click(item(menu, '4 more…'));
    expect(actions.showApprovals).toHaveBeenCalledOnce();
  });

  it('lists the last calls, and leads to each', () => {
    const { menu, actions } = menuOf(
      desktop({ recent: [call(), call({ id: 6, tool: 'delete_note', verdict: 'deny' })] }),
    );
    expect(labels(menu)).toContain('Last calls');
    click(item(menu, '✓ read_note · notes · allowed'));
    expect(actions.showCall).toHaveBeenLastCalledWith(7);
    click(item(menu, '✕ delete_note · notes · denied'));
    expect(actions.showCall).toHaveBeenLastCalledWith(6);
  });

  it('marks the mode, and changes it', () => {
    const { menu, actions } = menuOf(desktop({ status: sampleStatus({ mode: 'audit' }) }));
    expect(item(menu, 'Enforce the policy').checked).toBe(false);
    expect(item(menu, 'Audit only: record, deny nothing').checked).toBe(true);
    click(item(menu, 'Enforce the policy'));
    expect(actions.setMode).toHaveBeenCalledWith('enforce');
  });

  it('shows a managed mode, and offers no other', () => {
    const { menu } = menuOf(desktop({ status: sampleStatus({ modeManagedAt: '/etc/managed.yaml:1' }) }));
    expect(item(menu, 'Enforce the policy')).toMatchObject({ checked: true, enabled: false });
    expect(item(menu, 'Audit only: record, deny nothing').enabled).toBe(false);
    expect(labels(menu)).toContain('The mode is set by your organization');
    expect(labels(menuOf(desktop()).menu)).not.toContain('The mode is set by your organization');
  });

  it('pauses and resumes', () => {
    const running = menuOf(desktop());
    click(item(running.menu, 'Pause everything'));
    expect(running.actions.setPaused).toHaveBeenCalledWith(true);
    const paused = menuOf(desktop({ status: sampleStatus({ state: 'paused' }) }));
    expect(paused.menu[0]?.label).toBe('Paused: every call is denied');
    click(item(paused.menu, 'Resume'));
    expect(paused.actions.setPaused).toHaveBeenCalledWith(false);
  });

  it('offers nothing that a stopped gateway could not do, but to start it again', () => {
    const { menu, actions } = menuOf(
      desktop({ status: sampleStatus({ state: 'stopped', url: null, problems: [problem] }) }),
    );
    expect(labels(menu).slice(0, 3)).toEqual([
      'Stopped: no call gets through',
      problem.message,
      'Start again',
    ]);
    for (const label of ['Enforce the policy', 'Audit only: record, deny nothing', 'Pause everything']) {
      expect(item(menu, label).enabled).toBe(false);
    }
    click(item(menu, 'Start again'));
    expect(actions.restart).toHaveBeenCalledOnce();
  });

  it('shows the words of clients as words, whatever is in them', () => {
    const { menu } = menuOf(
      desktop({ approvals: [approval({ client: 'A & B\u202e\n', tool: 'x'.repeat(200) })] }),
    );
    const waiting = menu.find(({ submenu: answers }) => answers !== undefined);
    expect(waiting?.label).toMatch(/^A && B : x+…$/);
    expect(waiting?.label?.length).toBe(61);
  });
});
