// macOS: lsof says whose the other end of a connection is, ps what that process is.
import { basename } from 'node:path';
import type { CallerProcess } from '../../call.ts';
import type { ConnectionEnds, ProcessTable } from '../../ports.ts';
import { exists } from './exists.ts';
import type { RunCommand } from './run-command.ts';

export function createMacosProcesses(run: RunCommand): ProcessTable {
  const describe = async (pid: number) =>
    parsePs(pid, (await run('/bin/ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)])) ?? '');
  return {
    async ownerOf(ends) {
      const { address, port } = ends.client;
      const host = address.includes('.') ? address.replace(/^::ffff:/iu, '') : `[${address}]`;
      const filter = ['-nP', `-iTCP@${host}:${port}`, '-sTCP:ESTABLISHED', '-Fpn'];
      const pid = pidIn((await run('/usr/sbin/lsof', filter)) ?? '', ends);
      const found = pid === null ? null : await describe(pid);
      return found === null || found.ended ? null : found.process;
    },
    async isRunning({ pid, started }) {
      if (!exists(pid)) return false;
      const found = await describe(pid);
      return found === null || (found.process.started === started && !found.ended);
    },
  };
}

/** The pid in what `lsof -Fpn` prints: a line for each process (p) and each of its sockets (n). */
export function pidIn(output: string, { client, proxy }: ConnectionEnds): number | null {
  let pid: number | null = null;
  for (const line of output.split('\n')) {
    if (/^p\d+$/u.test(line)) pid = Number(line.slice(1));
    // Both ends are listed; the client's names itself first.
    else if (line.startsWith('n') && endsIn(line, client.port, proxy.port)) return pid;
  }
  return null;
}

function endsIn(line: string, from: number, to: number): boolean {
  const ports = /:(?<from>\d+)->.*:(?<to>\d+)$/u.exec(line)?.groups;
  return Number(ports?.from) === from && Number(ports?.to) === to;
}

/** `ps -o stat=,lstart=,comm=` for one process; null where there is none. Z: its parent has not asked yet. */
export function parsePs(pid: number, output: string): { process: CallerProcess; ended: boolean } | null {
  const line =
    /^\s*(?<state>\S+)\s+(?<started>\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})\s+(?<path>.+?)\s*$/u;
  const { state, started, path } = line.exec(output)?.groups ?? {};
  if (state === undefined || started === undefined || path === undefined) return null;
  return { process: { pid, started, executable: path, name: basename(path) }, ended: state.startsWith('Z') };
}
