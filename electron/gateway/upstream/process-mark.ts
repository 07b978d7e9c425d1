// Tells a process from a later one that was given the same id: by when it started.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How far the system's time of a start may lie from our own; `ps` knows no parts of a second. Milliseconds. */
const TOLERANCE_MS = 2000;
const ANSWER_TIMEOUT_MS = 10_000;

/** The mark of a process that has started just now. Where the system keeps no exact one, it is the time. */
export function markProcess(pid: number): string {
  return (process.platform === 'linux' ? linuxMark(pid) : null) ?? new Date().toISOString();
}

/** Whether the process with this mark still runs. In doubt it does not. */
export async function stillRuns(pid: number, mark: string): Promise<boolean> {
  if (process.platform === 'linux') return linuxMark(pid) === mark;
  const started = await startTime(pid);
  return started !== null && Math.abs(started - Date.parse(mark)) <= TOLERANCE_MS;
}

/** Boot and clock tick of its start (proc_pid_stat(5), field 22); null where it has ended. */
function linuxMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in parentheses, may hold anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return state === 'Z' ? null : `${boot} ${fields[18] ?? ''}`;
  } catch {
    // There is no such process.
    return null;
  }
}

/** Unix milliseconds; null where there is no such process, or nobody to ask. */
async function startTime(pid: number): Promise<number | null> {
  try {
    const { stdout } =
      process.platform === 'win32'
        ? await run(
            'powershell.exe',
            ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('o')`],
            { timeout: ANSWER_TIMEOUT_MS, windowsHide: true },
          )
        : await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
            timeout: ANSWER_TIMEOUT_MS,
            env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
          });
    const time = Date.parse(process.platform === 'win32' ? stdout.trim() : `${stdout.trim()} UTC`);
    return Number.isNaN(time) ? null : time;
  } catch {
    // Both fail where no process has this id.
    return null;
  }
}
