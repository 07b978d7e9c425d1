// Whose a connection is on Windows: what PowerShell is asked, and what it prints.
import { describe, expect, it } from 'vitest';
import {
  createWindowsProcesses,
  ownerScript,
  parseProcess,
} from '../../../../../electron/gateway/clients/process/windows.ts';

const ends = {
  client: { address: '127.0.0.1', port: 52_344 },
  proxy: { address: '127.0.0.1', port: 3000 },
};
const cursor = {
  pid: 7788,
  started: '133760123456789012',
  name: 'Cursor',
  executable: 'C:\\Apps\\Cursor.exe',
};
const line = '7788\t133760123456789012\tCursor\tC:\\Apps\\Cursor.exe\r\n';

describe('what PowerShell prints', () => {
  it('is a process', () => {
    expect(parseProcess(line)).toEqual(cursor);
  });

  it('may lack the path of one that runs as administrator', () => {
    expect(parseProcess('7788\t133760123456789012\tCursor\t\r\n')).toEqual({ ...cursor, executable: '' });
  });

  it.each(['', '\r\n', '7788\t\tCursor\t', 'Get-Process : Cannot find a process'])(
    'may be none: %j',
    (output) => {
      expect(parseProcess(output)).toBeNull();
    },
  );
});

it('the question holds the two ports', () => {
  expect(ownerScript(ends)).toContain(
    'Get-NetTCPConnection -State Established -LocalPort 52344 -RemotePort 3000 | Select-Object -First 1',
  );
});

it('PowerShell is started by its whole path, and without a profile', async () => {
  const asked: string[] = [];
  const processes = createWindowsProcesses((command, args) => {
    asked.push(command, ...args.slice(0, 3));
    return Promise.resolve(line);
  }, 'D:\\Windows');
  expect(await processes.ownerOf(ends)).toEqual(cursor);
  expect(asked).toEqual([
    'D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    '-NoProfile',
    '-NonInteractive',
    '-Command',
  ]);
});

it('a process is told from a later one with its pid, and in doubt it is running', async () => {
  const answering = (output: string | null) => createWindowsProcesses(() => Promise.resolve(output));
  const known = { ...cursor, pid: process.pid };
  expect(await answering(line).isRunning(known)).toBe(true);
  expect(await answering(line.replace('1337', '1338')).isRunning(known)).toBe(false);
  expect(await answering(null).isRunning(known)).toBe(true);
  expect(await answering(line).isRunning({ ...known, pid: 2 ** 30 })).toBe(false);
});
