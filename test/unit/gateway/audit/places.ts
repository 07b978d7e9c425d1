// Where the tests of the audit log put their files: a temporary folder, or a small disk of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that goes away with the test. */
export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same in memory, where there is such a place: for tests that must not depend on how fast a disk is. */
export function folderInMemory(): string {
  return temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** Mounting needs Linux and root; elsewhere the tests that need a disk of their own are skipped. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount();

/** A file system of a few megabytes that goes away with the test. */
export function smallDisk(megabytes: number): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'audit-test', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'audit-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'audit-test', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    // Containers may forbid it; then nothing was mounted.
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
