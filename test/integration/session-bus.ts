// A session bus (D-Bus) of its own for a test: with the policy of the usual one, and nobody on it but who the test puts there.
import type { MessageBus } from '@jellybrick/dbus-next';
import { sessionBus } from '@jellybrick/dbus-next';
import { spawn, spawnSync } from 'node:child_process';
import { once, type EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './harness.ts';

/** Without dbus-daemon nothing of this can be tried. `npm test` installs it where it may; elsewhere it says so. */
export const hasSessionBus = process.platform === 'linux' && runs('dbus-daemon');
if (!hasSessionBus && process.platform === 'linux')
  console.warn('dbus-daemon is not installed: notifications and tray over D-Bus are NOT tested here');

/** @returns the address, for DBUS_SESSION_BUS_ADDRESS. */
export async function startSessionBus(): Promise<string> {
  const folder = temporaryFolder();
  const config = join(folder, 'session.conf');
  // The rules of session.conf, without its folders of services: none is started because a test calls it.
  writeFileSync(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
      "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
    <busconfig>
      <type>session</type>
      <listen>unix:path=${join(folder, 'bus')}</listen>
      <policy context="default">
        <allow send_destination="*" eavesdrop="true"/>
        <allow eavesdrop="true"/>
        <allow own="*"/>
      </policy>
    </busconfig>`,
  );
  const daemon = spawn('dbus-daemon', ['--nofork', '--print-address=1', `--config-file=${config}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(async () => {
    daemon.kill('SIGTERM');
    if (daemon.exitCode === null) await once(daemon, 'exit');
  });
  const [address] = (await once(daemon.stdout, 'data')) as [Buffer];
  return address.toString().trim();
}

/** A program on that bus, for as long as there is that bus. */
export async function joinSessionBus(address: string): Promise<MessageBus> {
  const bus = sessionBus({ busAddress: address });
  // The bus may end in the middle of something.
  (bus as EventEmitter).on('error', () => undefined);
  await once(bus, 'connect');
  return bus;
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}
