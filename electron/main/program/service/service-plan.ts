// What is to be written where, on this system, so that the proxy runs as a service of this user.
import { delimiter, join, posix, win32 } from 'node:path';
import { placeArguments, type RunOptions } from '../command-line.ts';
import { agentLabel, launchdAgent } from './launchd-agent.ts';
import type { ServiceSetup } from './service-setup.ts';
import { systemdUnit, unitName } from './systemd-unit.ts';
import { windowsTask } from './windows-task.ts';

export interface ServiceSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The user's number; null where the system has none. */
  readonly uid: number | null;
}

export interface ServicePlan {
  readonly file: string;
  readonly text: string;
  /** Task Scheduler reads its files in UTF-16 with a byte order mark. */
  readonly encoding: 'utf8' | 'utf16le';
  /** Folders that must be there when the service starts. */
  readonly folders: readonly string[];
  /** What the system has made of the file when the service was started, to be removed with it. */
  readonly links: readonly string[];
  /** Commands for the user. */
  readonly start: string;
  readonly stop: string;
  /** A sentence that the user should know; null where there is none. */
  readonly hint: string | null;
}

export type PlannedService =
  { readonly ok: true; readonly plan: ServicePlan } | { readonly ok: false; readonly message: string };

export function planService(setup: ServiceSetup, surroundings: ServiceSurroundings): PlannedService {
  if (surroundings.env.APPIMAGE !== undefined)
    return refused('An AppImage lies elsewhere at each start: install the package, or unpack the AppImage.');
  switch (surroundings.platform) {
    case 'linux':
      return { ok: true, plan: linuxPlan(setup, surroundings) };
    case 'darwin':
      return { ok: true, plan: macPlan(setup, surroundings) };
    case 'win32':
      return windowsPlan(setup, surroundings);
    default:
      return refused(`No kind of service is known here for ${surroundings.platform}.`);
  }
}

function linuxPlan(setup: ServiceSetup, { env, home }: ServiceSurroundings): ServicePlan {
  const units = posix.join(env.XDG_CONFIG_HOME ?? posix.join(home, '.config'), 'systemd', 'user');
  return {
    file: posix.join(units, unitName),
    text: systemdUnit(setup),
    encoding: 'utf8',
    folders: [],
    links: [posix.join(units, 'default.target.wants', unitName)],
    start: `systemctl --user daemon-reload && systemctl --user enable --now ${unitName}`,
    stop: `systemctl --user stop ${unitName}; systemctl --user daemon-reload`,
    hint: 'It runs while you are logged in; with "loginctl enable-linger" from the start of the machine on.',
  };
}

function macPlan(setup: ServiceSetup, { home, uid }: ServiceSurroundings): ServicePlan {
  const file = posix.join(home, 'Library', 'LaunchAgents', `${agentLabel}.plist`);
  const logs = posix.join(home, 'Library', 'Logs', setup.name);
  return {
    file,
    text: launchdAgent(setup, posix.join(logs, 'service.log')),
    encoding: 'utf8',
    folders: [logs],
    links: [],
    start: `launchctl bootstrap gui/${uid ?? '$UID'} '${file.replaceAll("'", "'\\''")}'`,
    stop: `launchctl bootout gui/${uid ?? '$UID'}/${agentLabel}`,
    hint: null,
  };
}

function windowsPlan(setup: ServiceSetup, { env, home }: ServiceSurroundings): PlannedService {
  const unfit = [setup.executable, ...setup.args].find((word) => /["%]/u.test(word));
  if (unfit !== undefined)
    return refused(`The command shell would read "%" and quotes in ${unfit} as its own: use another folder.`);
  const folder = win32.join(env.APPDATA ?? win32.join(home, 'AppData', 'Roaming'), setup.name);
  const file = win32.join(folder, 'service-task.xml');
  const user = [env.USERDOMAIN, env.USERNAME].filter((part) => part !== undefined).join('\\');
  return {
    ok: true,
    plan: {
      file,
      text: windowsTask(setup, user),
      encoding: 'utf16le',
      folders: [],
      links: [],
      start: `schtasks /Create /TN "${setup.name}" /XML "${file}" && schtasks /Run /TN "${setup.name}"`,
      stop: `schtasks /End /TN "${setup.name}" & schtasks /Delete /TN "${setup.name}" /F`,
      hint: 'Its log lines are seen nowhere unless logging.output is "file".',
    },
  };
}

/** Without what npm puts before it while it runs a script. */
export function lastingPath(path: string, separator = delimiter): string {
  const ofNpm = new RegExp(`(^|[\\\\/])(node_modules[\\\\/]\\.bin|node-gyp-bin)$`, 'u');
  return path
    .split(separator)
    .filter((folder) => folder !== '' && !ofNpm.test(folder))
    .join(separator);
}

/** Of the entry without a window: where the configuration and the data lie, where that was said. */
export function serviceArguments(
  out: string,
  { configFile, userData }: Pick<RunOptions, 'configFile' | 'userData'>,
): string[] {
  return [join(out, 'headless.js'), ...placeArguments({ configFile, userData })];
}

function refused(message: string): PlannedService {
  return { ok: false, message };
}
