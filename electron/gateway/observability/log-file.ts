// A log file that stays as small as wanted: when it is full it is put aside under the time, and old ones are removed.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import pino from 'pino';
import type { Closable, Clock } from '../ports.ts';

export interface LogFileOptions {
  /** Absolute; its folder is made where it is missing. */
  readonly path: string;
  readonly maxBytes: number;
  /** How many are kept beside the one that is written; 0 for all. */
  readonly maxBackups: number;
  /** How long those are kept, milliseconds; 0 for ever. */
  readonly maxAgeMs: number;
  readonly clock: Clock;
  /** Is told what keeps lines from being written, once until they can be again. */
  readonly onTrouble: (why: string) => void;
}

export interface LogFile extends Closable {
  /** Is on its way to the disk when it returns: the last lines before a crash are there. */
  write(line: string): void;
}

/** @throws the system's error where the file can't be opened. */
export function openLogFile(options: LogFileOptions): LogFile {
  const { path, maxBytes, clock, onTrouble } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const file = pino.destination({ dest: path, sync: true, mode: 0o600 });
  let isTroubled = false;
  file.on('write', () => (isTroubled = false));
  file.on('error', (error: unknown) => {
    if (!isTroubled) onTrouble(String(error));
    isTroubled = true;
  });

  function putAside(): void {
    try {
      renameSync(path, backupName(path, clock.now()));
      file.reopen();
      size = 0;
      removeOld(options);
    } catch (error) {
      // Lines go on into the file that there is: one that is too long is better than none.
      onTrouble(String(error));
      size = 0;
    }
  }

  removeOld(options);
  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      if (size > 0 && size + bytes > maxBytes) putAside();
      file.write(line);
      size += bytes;
    },
    close: () => file.end(),
  };
}

/** `proxy.log` becomes `proxy-2026-11-22T15-04-05.678Z.log`. */
function backupName(path: string, now: number): string {
  const extension = extname(path);
  const time = new Date(now).toISOString().replaceAll(':', '-');
  return join(dirname(path), `${basename(path, extension)}-${time}${extension}`);
}

function removeOld({ path, maxBackups, maxAgeMs, clock }: LogFileOptions): void {
  const extension = extname(path);
  const stem = `${basename(path, extension)}-`;
  const folder = dirname(path);
  const oldestFirst = readdirSync(folder)
    .filter((name) => name.startsWith(stem) && name.endsWith(extension) && BACKUP_TIME.test(name))
    .sort();
  const tooMany = maxBackups === 0 ? 0 : Math.max(0, oldestFirst.length - maxBackups);
  for (const [index, name] of oldestFirst.entries()) {
    const file = join(folder, name);
    const age = clock.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? clock.now());
    if (index < tooMany || (maxAgeMs > 0 && age > maxAgeMs)) rmSync(file, { force: true });
  }
}

const BACKUP_TIME = /-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z/u;
