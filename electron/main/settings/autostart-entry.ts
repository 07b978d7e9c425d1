// Start at login on Linux: an entry in the user's autostart folder.
// https://specifications.freedesktop.org/autostart-spec/latest/
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AutostartEntry {
  readonly name: string;
  /** Program and arguments, as they are. */
  readonly command: readonly string[];
}

/** In the folder that desktops look through; named as the package's own entry is. */
export function autostartFile(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const config = env.XDG_CONFIG_HOME;
  // One that is not absolute is invalid, and ignored (XDG Base Directory Specification).
  const folder = config?.startsWith('/') === true ? config : join(home, '.config');
  return join(folder, 'autostart', 'mcp-proxy-desktop.desktop');
}

/** Whether the entry is there, and neither its user nor a desktop's own settings have turned it off. */
export function isAutostarted(file: string): boolean {
  if (!existsSync(file)) return false;
  const lines = readFileSync(file, 'utf8').split('\n');
  return !lines.some((line) => /^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/u.test(line));
}

/** @throws the system's error where it can't be written. */
export function writeAutostart(file: string, { name, command }: AutostartEntry): void {
  const text = `[Desktop Entry]
Type=Application
Version=1.5
Name=${name}
Comment=Starts it in the tray
Exec=${command.map(execArgument).join(' ')}
Terminal=false
X-GNOME-Autostart-enabled=true
`;
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export function removeAutostart(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Quoted for the `Exec` key, twice: as an argument (Desktop Entry Specification, "The Exec key"), and then as a string,
 * in which a backslash stands for itself only when it is doubled. A percent sign begins a field code.
 */
function execArgument(text: string): string {
  const quoted = `"${text.replaceAll(/["`$\\]/gu, String.raw`\$&`)}"`;
  return quoted
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replaceAll('\n', String.raw`\n`);
}
