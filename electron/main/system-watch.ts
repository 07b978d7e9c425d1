// What the system tells of the person at it: locked, asleep, elsewhere, without a display, or about to end.
import type { App, BrowserWindow, PowerMonitor, Screen } from 'electron';
import type { Presence } from './attendance.ts';

type Listener = (...given: unknown[]) => void;

interface Source {
  on(name: string, listener: Listener): unknown;
  off(name: string, listener: Listener): unknown;
}

export interface SystemParts {
  readonly powerMonitor: Source & Pick<PowerMonitor, 'getSystemIdleState'>;
  readonly screen: Source & Pick<Screen, 'getAllDisplays'>;
  readonly app: Source & Pick<App, 'quit'>;
  readonly platform: NodeJS.Platform;
}

export interface SystemWatch {
  /** Whether something waits for an answer: only then it matters at once that the screen has been locked. */
  setWaiting(waiting: boolean): void;
  /** Asked at this moment: an answer may come from where a lock screen can be used, too. */
  isLocked(): boolean;
  close(): void;
}

/** On Linux no event tells of the lock: it is looked for so often while a call waits, milliseconds. */
const LOOK_EVERY_MS = 2_000;
/** Seconds without input; of no matter here, but it has to be given. */
const IDLE_SECONDS = 3_600;

export function watchSystem(parts: SystemParts, tell: (change: Partial<Presence>) => void): SystemWatch {
  const { powerMonitor, screen, app, platform } = parts;
  const looksForLock = platform === 'linux';
  let waiting = false;
  let locked = false;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    clearTimeout(timer);
    setLocked(powerMonitor.getSystemIdleState(IDLE_SECONDS) === 'locked');
    if (waiting || locked) timer = setTimeout(look, LOOK_EVERY_MS);
  }

  function setLocked(now: boolean): void {
    locked = now;
    tell({ locked });
  }

  const displays = () => tell({ dark: screen.getAllDisplays().length === 0 });
  const shutdown = () => {
    tell({ ending: true });
    app.quit();
  };
  /** Windows tells each window, and gives little time. */
  const ofWindow = (_event: unknown, window: unknown) =>
    (window as BrowserWindow).on('session-end', () => tell({ ending: true }));

  const listeners: readonly [Source, string, Listener][] = [
    [powerMonitor, 'lock-screen', () => setLocked(true)],
    [powerMonitor, 'unlock-screen', () => setLocked(false)],
    [powerMonitor, 'suspend', () => tell({ asleep: true })],
    [powerMonitor, 'resume', () => tell({ asleep: false })],
    [powerMonitor, 'user-did-resign-active', () => tell({ elsewhere: true })],
    [powerMonitor, 'user-did-become-active', () => tell({ elsewhere: false })],
    [powerMonitor, 'shutdown', shutdown],
    [screen, 'display-removed', displays],
    [screen, 'display-added', displays],
    [app, 'browser-window-created', ofWindow],
  ];
  for (const [source, name, listener] of listeners) source.on(name, listener);
  displays();

  return {
    setWaiting(now) {
      const begins = now && !waiting;
      waiting = now;
      if (looksForLock && begins) look();
    },
    isLocked() {
      if (looksForLock) look();
      return locked;
    },
    close() {
      clearTimeout(timer);
      for (const [source, name, listener] of listeners) source.off(name, listener);
    },
  };
}
