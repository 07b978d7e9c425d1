import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isAttended, nobodyYet, type Presence } from '../../../electron/main/attendance.ts';
import { watchSystem } from '../../../electron/main/system-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Events of Electron as it emits them; what it is asked is answered by the test. */
function system(platform: NodeJS.Platform) {
  const says = { idle: 'active' as 'active' | 'locked', displays: 1 };
  const app = Object.assign(new EventEmitter(), { quit: vi.fn() });
  const powerMonitor = Object.assign(new EventEmitter(), { getSystemIdleState: vi.fn(() => says.idle) });
  const screen = Object.assign(new EventEmitter(), {
    getAllDisplays: () => Array.from<Electron.Display>({ length: says.displays }),
  });
  let presence: Presence = { ...nobodyYet, window: true };
  const watch = watchSystem({ app, powerMonitor, screen, platform }, (change) => {
    presence = { ...presence, ...change };
  });
  return { says, app, powerMonitor, screen, watch, attended: () => isAttended(presence) };
}

describe('what the system tells', () => {
  it.each([
    ['lock-screen', 'unlock-screen'],
    ['suspend', 'resume'],
    ['user-did-resign-active', 'user-did-become-active'],
  ])('%s: nobody is there until %s', (goes, comes) => {
    const { powerMonitor, attended } = system('darwin');
    expect(attended()).toBe(true);
    powerMonitor.emit(goes);
    expect(attended()).toBe(false);
    powerMonitor.emit(comes);
    expect(attended()).toBe(true);
  });

  it('the last display is gone, and another one comes', () => {
    const { says, screen, attended } = system('win32');
    says.displays = 0;
    screen.emit('display-removed');
    expect(attended()).toBe(false);
    says.displays = 1;
    screen.emit('display-added');
    expect(attended()).toBe(true);
  });

  it('the system shuts down: the app ends in good order', () => {
    const { powerMonitor, app, attended } = system('linux');
    powerMonitor.emit('shutdown');
    expect(attended()).toBe(false);
    expect(app.quit).toHaveBeenCalledOnce();
  });

  it('the session ends, which Windows tells the windows', () => {
    const { app, attended } = system('win32');
    const window = new EventEmitter();
    app.emit('browser-window-created', {}, window);
    window.emit('session-end');
    expect(attended()).toBe(false);
  });

  it('hears nothing any more once it is closed', () => {
    const { powerMonitor, watch, attended } = system('darwin');
    watch.close();
    powerMonitor.emit('lock-screen');
    expect(attended()).toBe(true);
  });
});

describe('the lock on Linux, of which no event tells', () => {
  it('is looked for as soon as a call waits, and while one does', () => {
    const { says, powerMonitor, watch, attended } = system('linux');
    vi.advanceTimersByTime(60_000);
    expect(powerMonitor.getSystemIdleState).not.toHaveBeenCalled();
    watch.setWaiting(true);
    expect(powerMonitor.getSystemIdleState).toHaveBeenCalledOnce();
    says.idle = 'locked';
    vi.advanceTimersByTime(2_000);
    expect(attended()).toBe(false);
  });

  it('is over as soon as it is opened, though nothing waits any more', () => {
    const { says, watch, attended } = system('linux');
    says.idle = 'locked';
    watch.setWaiting(true);
    expect(attended()).toBe(false);
    watch.setWaiting(false);
    says.idle = 'active';
    vi.advanceTimersByTime(2_000);
    expect(attended()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is asked about at the moment of an answer', () => {
    const { says, watch, attended } = system('linux');
    watch.setWaiting(true);
    expect(watch.isLocked()).toBe(false);
    says.idle = 'locked';
    expect(watch.isLocked()).toBe(true);
    expect(attended()).toBe(false);
    watch.close();
  });
});

it('knows of the lock elsewhere by what it was told', () => {
  const { powerMonitor, watch } = system('win32');
  expect(watch.isLocked()).toBe(false);
  powerMonitor.emit('lock-screen');
  expect(watch.isLocked()).toBe(true);
  powerMonitor.emit('unlock-screen');
  expect(watch.isLocked()).toBe(false);
});
