// How commands are found and quoted on Windows; pure, so that it is tested everywhere.
import { describe, expect, it } from 'vitest';
import { windowsCommand } from '../../../../electron/gateway/upstream/windows-command.ts';

const files = new Set(['C:\\node\\node.exe', 'C:\\node\\npx.cmd', 'C:\\tools\\uvx.exe', 'C:\\work\\run.bat']);
const lookup = {
  env: {
    Path: 'C:\\none;C:\\node;C:\\tools',
    PATHEXT: '.COM;.EXE;.BAT;.CMD',
    ComSpec: 'C:\\Windows\\cmd.exe',
  },
  cwd: 'C:\\work',
  isFile: (path: string) => files.has(path),
};

describe('windowsCommand', () => {
  it('finds programs along Path and spawns them as they are', () => {
    expect(windowsCommand('uvx', ['a "b" %c%'], lookup)).toEqual({
      file: 'C:\\tools\\uvx.exe',
      args: ['a "b" %c%'],
      verbatim: false,
    });
  });

  it('runs batch files by cmd.exe, every part in quotes', () => {
    expect(windowsCommand('npx', ['-y', 'server', 'C:\\my files\\', 'a&b'], lookup)).toEqual({
      file: 'C:\\Windows\\cmd.exe',
      args: ['/d', '/v:off', '/s', '/c', '""C:\\node\\npx.cmd" "-y" "server" "C:\\my files\\\\" "a&b""'],
      verbatim: true,
    });
  });

  it('finds a batch file by a path that is relative to the working directory', () => {
    expect(windowsCommand('.\\run.bat', [], lookup).args.at(-1)).toBe('""C:\\work\\run.bat""');
  });

  it.each(['say "hi"', '%PATH%', 'a\nb'])('refuses to pass %j through a batch file', (argument) => {
    expect(() => windowsCommand('npx', [argument], lookup)).toThrow('"npx" is a batch file');
  });

  it('hands back what it does not find', () => {
    expect(windowsCommand('nothing', ['x'], lookup)).toEqual({
      file: 'nothing',
      args: ['x'],
      verbatim: false,
    });
  });
});
