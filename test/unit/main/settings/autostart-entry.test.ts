import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  autostartFile,
  isAutostarted,
  removeAutostart,
  writeAutostart,
} from '../../../../electron/main/settings/autostart-entry.ts';

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'autostart-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it('comes, goes, and can be turned off by the desktop', () => {
  const file = autostartFile({ XDG_CONFIG_HOME: folder() }, '/home/me');
  expect(isAutostarted(file)).toBe(false);
  removeAutostart(file);
  writeAutostart(file, { name: 'App', command: ['/opt/app', '--hidden'] });
  expect(isAutostarted(file)).toBe(true);
  appendFileSync(file, 'Hidden=true\n');
  expect(isAutostarted(file)).toBe(false);
  writeAutostart(file, { name: 'App', command: ['/opt/app', '--hidden'] });
  expect(isAutostarted(file)).toBe(true);
  removeAutostart(file);
  expect(isAutostarted(file)).toBe(false);
});

it('lies where desktops look', () => {
  const name = 'autostart/mcp-proxy-desktop.desktop';
  expect(autostartFile({}, '/home/me')).toBe(`/home/me/.config/${name}`);
  expect(autostartFile({ XDG_CONFIG_HOME: 'not/absolute' }, '/home/me')).toBe(`/home/me/.config/${name}`);
});

it('starts programs in folders of any name', () => {
  const file = autostartFile({ XDG_CONFIG_HOME: folder() }, '/home/me');
  const odd = '/a b/50%/"quoted"/$HOME/`x`/back\\slash';
  writeAutostart(file, { name: 'App', command: ['printf', '%s', odd] });
  const [, exec = ''] = /^Exec=(.*)$/mu.exec(readFileSync(file, 'utf8')) ?? [];
  // As the specification reads it: a string, then field codes, then arguments quoted as in a shell.
  const unescaped = exec.replaceAll('\\\\', '\\').replaceAll('%%', '%');
  expect(execFileSync('sh', ['-c', unescaped]).toString()).toBe(odd);
});
