import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const fixtures = join(import.meta.dirname, 'fixtures');

/** The launcher's side of a start, with the app's stand-in below it. */
function attend(manner: 'graceful' | 'stubborn' | 'fails') {
  const launcher = spawn(process.execPath, [
    join(fixtures, 'attend.mjs'),
    join(fixtures, 'attended.mjs'),
    manner,
  ]);
  let output = '';
  launcher.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    process: launcher,
    lines: () => output.trim().split('\n'),
    async said(line: string) {
      await expect.poll(() => output).toContain(`${line}\n`);
    },
  };
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

describe.skipIf(process.platform === 'win32')('attend', () => {
  it("ends with the program's exit code", async () => {
    expect(await exitCode(attend('fails').process)).toBe(2);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, once, and waits', async (signal) => {
    const app = attend('graceful');
    await app.said('up');
    app.process.kill(signal);
    expect(await exitCode(app.process)).toBe(0);
    expect(app.lines()).toEqual(['up', signal]);
  });

  it('passes SIGHUP on as SIGTERM', async () => {
    const app = attend('graceful');
    await app.said('up');
    app.process.kill('SIGHUP');
    expect(await exitCode(app.process)).toBe(0);
    expect(app.lines()).toEqual(['up', 'SIGTERM']);
  });

  it('takes two ^C of one moment for one, and kills at the next', async () => {
    const app = attend('stubborn');
    await app.said('up');
    app.process.kill('SIGINT');
    await app.said('SIGINT');
    app.process.kill('SIGINT');
    await delay(1100);
    expect(app.process.exitCode).toBeNull();
    app.process.kill('SIGINT');
    expect(await exitCode(app.process)).toBe(128 + 9);
    expect(app.lines()).toEqual(['up', 'SIGINT']);
  });
});
