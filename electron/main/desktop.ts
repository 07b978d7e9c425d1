// The desktop around the gateway: window, tray and notifications, all fed by the same events.
import { app, BrowserWindow, powerMonitor, screen } from 'electron';
import { join } from 'node:path';
import type { GatewayHost } from '../gateway/host.ts';
import type { Logger } from '../gateway/ports.ts';
import type { AnswerPlace } from '../shared/approvals.ts';
import type { AuditKeys } from './audit-keys.ts';
import { createAttendance } from './attendance.ts';
import { followDesktop } from './desktop-state.ts';
import { createDbusNotices } from './notification/dbus-notices.ts';
import { createElectronNotices } from './notification/electron-notices.ts';
import { noticePicture } from './notification/notice-picture.ts';
import { bridgeCommand } from './program/bridge-command.ts';
import type { Installation } from './program/installation.ts';
import { createPauseKeys } from './pause-shortcut.ts';
import type { ConfigPlaces } from '../gateway/composition/inspect-config.ts';
import { createLoginItem } from './settings/login-item.ts';
import { keepPreferences } from './settings/preferences.ts';
import { createSettingsDesk } from './settings/settings-desk.ts';
import { openWindowLayer } from './settings/window-layer.ts';
import { watchSystem } from './system-watch.ts';
import { createAlertNotifier } from './tray/alert-notifier.ts';
import { createNotifier } from './tray/notifier.ts';
import { createProblemNotifier } from './tray/problem-notifier.ts';
import type { TrayActions } from './tray/tray-menu.ts';
import { createTray } from './tray/tray.ts';
import { createMainWindow } from './window/main-window.ts';
import { createPromptWindow } from './window/prompt-window.ts';
import { serveWindowCommands } from './window/window-commands.ts';

/** What tray and notification answer, they answer once. */
const once = { duration: 'once', scope: 'arguments', note: '' } as const;

export interface Desktop {
  /** Whether the app can be reached while its window is closed. */
  readonly hasTray: boolean;
  /** Opens the window, or brings it to the front. */
  show(): void;
  close(): void;
}

export interface DesktopSetup {
  readonly host: GatewayHost;
  readonly installation: Installation;
  readonly places: ConfigPlaces;
  /** Options that the app was started with, other than `--hidden`. */
  readonly startedWith: readonly string[];
  readonly auditKeys: Pick<AuditKeys, 'replace'>;
  readonly logger: Logger;
}

export function createDesktop(setup: DesktopSetup): Desktop {
  const { host, installation, places, startedWith, auditKeys, logger } = setup;
  const { name, version, out, icons } = installation;
  // Chromium's display-less mode has neither a tray nor a screen: windows are drawn into memory.
  const offscreen = app.commandLine.getSwitchValue('ozone-platform') === 'headless';

  const attendance = createAttendance((attended) => host.setAttended(attended));
  const system = watchSystem({ powerMonitor, screen, app, platform: process.platform }, (change) =>
    attendance.tell(change),
  );
  /** Nobody has seen what it showed, or nobody can answer it there any more. */
  function lose(): void {
    tellAttendance();
    attendance.lost();
  }
  const page = {
    title: name,
    icon: join(icons, 'png', '256x256.png'),
    preload: join(out, 'preload', 'preload.cjs'),
    developerTools: !app.isPackaged,
    logger,
  };
  const window = createMainWindow({ ...page, offscreen, onChange: tellAttendance, onLost: lose });
  const prompt = offscreen
    ? null
    : createPromptWindow({
        ...page,
        tray: () => tray?.place() ?? null,
        onThere: tellAttendance,
        onVisible: () => notifier.look(),
        onLost: lose,
      });
  const showApprovals = () => {
    window.show();
    window.send('place.show', { place: 'approvals' });
  };
  /** In the prompt, where there is one. */
  const showQuestion = (group: string | null) => {
    if (prompt?.recall(group) !== true) showApprovals();
  };
  const showCall = (id: number) => {
    window.show();
    window.send('place.show', { place: 'call', id });
  };
  const order = (what: string, done: unknown) => {
    Promise.resolve(done).catch((error: unknown) =>
      logger.warn('tray.failed', { what, error: String(error) }),
    );
  };
  const answer = (via: AnswerPlace) => (ids: readonly string[], allow: boolean) => {
    if (system.isLocked()) return;
    order('answer', host.commands['approvals.answer']({ ...once, via, ids: [...ids], allow }));
  };
  const actions: TrayActions = {
    open: () => window.show(),
    showApprovals,
    showQuestion,
    showCall,
    answer: answer('tray'),
    setQuiet: (wish) => order('quiet', host.commands['approvals.quiet'](wish)),
    setMode: (mode) => order('mode', host.commands['mode.set'](mode)),
    setPaused: (paused) => order('pause', host.commands['pause.set'](paused)),
    restart: () => host.restart(),
    quit: () => app.quit(),
  };
  const pauseKeys = createPauseKeys(() => actions.setPaused(true), logger);
  const preferences = keepPreferences({ loginItem: createLoginItem(name, startedWith), pauseKeys });
  const pauseShortcut = () => (pauseKeys.isListening ? pauseKeys.keys : null);
  const tray = offscreen ? null : createTray({ name, icons, pauseKeys: pauseShortcut }, actions);
  const electronNotices = createElectronNotices(logger);
  const notifier = createNotifier({
    board:
      process.platform === 'linux'
        ? createDbusNotices({ name, picture: noticePicture(icons), otherwise: electronNotices, logger })
        : electronNotices,
    isSeen: () => BrowserWindow.getFocusedWindow() !== null || (prompt?.isVisible() ?? false),
    onShow: () => showQuestion(null),
    onAnswer: answer('notification'),
  });
  const alertNotifier = createAlertNotifier(showCall, logger);
  const problemNotifier = createProblemNotifier(() => window.show(), logger);

  function tellAttendance(): void {
    attendance.tell({ prompt: prompt?.isThere() ?? false, window: window.isOpen() });
  }

  tellAttendance();
  const bridge = bridgeCommand({
    executable: process.execPath,
    out,
    userData: app.getPath('userData'),
    env: process.env,
  });
  serveWindowCommands({
    host,
    about: () => ({ version, pauseShortcut: pauseShortcut(), bridge }),
    replaceAuditKey: () => auditKeys.replace(),
    prompt,
    places,
    settings: createSettingsDesk({ places, layer: openWindowLayer(), host }),
    preferences,
    logger,
  });
  const stopRelay = host.onEvent((event) => window.send(event.name, event.payload));
  const stopAlerts = host.onEvent((event) => {
    if (event.name === 'alert.raised' && preferences.current.notifyOfAlerts)
      alertNotifier.show(event.payload);
  });
  const stopPrompt = host.onEvent((event) => {
    if (event.name === 'approvals.changed') prompt?.tell(event.payload);
    // What stands in for a status while there is no gateway knows nothing of the configuration.
    else if (event.name === 'status.changed' && event.payload.url !== null)
      prompt?.setWanted(event.payload.approvalsEnabled);
  });
  const feed = followDesktop(host, logger, (state) => {
    tray?.show(state);
    notifier.show(preferences.current.notifyOfCalls ? state.approvals : []);
    system.setWaiting(state.approvals.length > 0);
    problemNotifier.show(state.status.problems);
  });

  return {
    hasTray: tray !== null,
    show: () => window.show(),
    close() {
      attendance.close();
      system.close();
      feed.close();
      stopRelay();
      stopAlerts();
      stopPrompt();
      prompt?.close();
      notifier.close();
      alertNotifier.close();
      problemNotifier.close();
      pauseKeys.close();
      tray?.close();
    },
  };
}
