// Windows: PowerShell says whose the other end of a connection is, and what that process is.
import { win32 } from 'node:path';
import type { CallerProcess } from '../../call.ts';
import type { ConnectionEnds, ProcessTable } from '../../ports.ts';
import { exists } from './exists.ts';
import type { RunCommand } from './run-command.ts';

/** One line: pid, start (100 ns since 1601, UTC), name, path, between tabs. */
const print = 'ForEach-Object { "$($_.Id)`t$($_.StartTime.ToFileTimeUtc())`t$($_.ProcessName)`t$($_.Path)" }';

export function createWindowsProcesses(run: RunCommand, systemRoot = 'C:\\Windows'): ProcessTable {
  // By its whole path: a program of this name on PATH could be anybody's.
  const powershell = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const ask = async (script: string) =>
    parseProcess((await run(powershell, ['-NoProfile', '-NonInteractive', '-Command', script])) ?? '');
  return {
    ownerOf: (ends) => ask(ownerScript(ends)),
    async isRunning({ pid, started }) {
      if (!exists(pid)) return false;
      const found = await ask(`Get-Process -Id ${pid} | ${print}`);
      return found === null || found.started === started;
    },
  };
}

/** Holds nothing but numbers of ours. The ports alone are one connection, as both ends are on this machine. */
export function ownerScript({ client, proxy }: ConnectionEnds): string {
  const ports = `-LocalPort ${client.port} -RemotePort ${proxy.port}`;
  return (
    `Get-NetTCPConnection -State Established ${ports} | Select-Object -First 1 | ` +
    `ForEach-Object { Get-Process -Id $_.OwningProcess } | ${print}`
  );
}

/** Null where there is no such process, or it is another user's (then its start is not told). */
export function parseProcess(output: string): CallerProcess | null {
  const [pid = '', started = '', name = '', executable = ''] = output.trim().split('\t');
  if (!/^\d+$/u.test(pid) || !/^\d+$/u.test(started)) return null;
  return { pid: Number(pid), started, name, executable };
}
