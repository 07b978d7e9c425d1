// Where the tests of the audit log put their files: a temporary folder, or a small disk of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that goes away with the test. Its files are real ones, in memory where the system has a place for that. */
export function temporaryFolder(): string {
  return newFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** The same on a disk. */
export function folderOnDisk(): string {
  return newFolder(tmpdir());
}

function newFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Mounting needs Linux and root; elsewhere the tests that need a disk of their own are skipped. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount();

/** A file system of a few megabytes that goes away with the test. */
export function smallDisk(megabytes: number): string {
  const folder = temporaryFolder();
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'audit-test', folder]);
  onTestFinished(() => {
    execFileSync('/bin/umount', ['--lazy', folder]);
  });
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('/bin/mount', ['-o', `remount,${how}`, folder]);
}

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'audit-mount-'));
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'audit-test', folder], { stdio: 'ignore' });
    execFileSync('/bin/umount', [folder]);
    return true;
  } catch {
    // Containers may forbid it; then nothing was mounted.
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
