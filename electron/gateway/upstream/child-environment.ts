// The environment of a server's process: what every program needs, and what was configured; nothing else.

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names that are passed on: where things lie, who and where the user is, how to show a window. Whatever else
 * stands in our own environment (tokens, proxies with passwords, ELECTRON_RUN_AS_NODE) a server gets only where
 * its configuration names it.
 */
const POSIX_NAMES = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LC_CTYPE'],
  ...['XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
];

const WINDOWS_NAMES = [
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'PROCESSOR_ARCHITECTURE'],
  ...['APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)', 'TEMP', 'TMP'],
  ...['HOMEDRIVE', 'HOMEPATH', 'USERNAME', 'USERPROFILE'],
];

/** `configured` wins over `host`, our own environment. On Windows names have no case, but keep their spelling. */
export function childEnvironment(
  host: Environment,
  configured: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const windows = platform === 'win32';
  const wanted = new Set(windows ? WINDOWS_NAMES : POSIX_NAMES);
  const fold = (name: string): string => (windows ? name.toUpperCase() : name);
  const overridden = new Set(Object.keys(configured).map(fold));

  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined || !wanted.has(fold(name)) || overridden.has(fold(name))) continue;
    // An exported shell function is code (CVE-2014-6271), not a value.
    if (value.startsWith('()')) continue;
    environment[name] = value;
  }
  return { ...environment, ...configured };
}
