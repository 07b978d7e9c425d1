// What the user chose must survive a restart, a damaged file and a full disk, and never turn into "not paused".
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openKeptSettings } from '../../../../electron/gateway/runtime/kept-settings.ts';
import { recordingLogger } from '../fakes.ts';

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kept-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'inner', 'gateway-settings.json');
}

describe('kept settings', () => {
  it('are those of a first run where there is no file', () => {
    expect(openKeptSettings(place(), recordingLogger()).read()).toEqual({
      paused: false,
      stoppedServers: [],
    });
  });

  it('survive a restart, each change beside the others, readable by the user alone', () => {
    const path = place();
    const settings = openKeptSettings(path, recordingLogger());
    settings.write({ port: 3001 });
    settings.write({ paused: true });
    settings.write({ mode: 'audit' });
    expect(openKeptSettings(path, recordingLogger()).read()).toEqual({
      port: 3001,
      paused: true,
      mode: 'audit',
      stoppedServers: [],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it.each([
    ['is no JSON', '{"paused": fal'],
    ['holds something else', '{"paused": "no"}'],
    ['names an impossible port', '{"port": 70000, "paused": false}'],
  ])('count as paused where the file %s, and say so', (_what, text) => {
    const path = place();
    mkdirSync(join(path, '..'));
    writeFileSync(path, text);
    const logger = recordingLogger();
    expect(openKeptSettings(path, logger).read()).toEqual({ paused: true, stoppedServers: [] });
    expect(logger.lines.map(({ event }) => event)).toEqual(['settings_damaged']);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('count as paused where the file can not be read', () => {
    const path = place();
    mkdirSync(path, { recursive: true });
    const logger = recordingLogger();
    expect(openKeptSettings(path, logger).read()).toEqual({ paused: true, stoppedServers: [] });
    expect(logger.lines.map(({ event }) => event)).toEqual(['settings_unreadable']);
  });

  it('hold at once even where they can not be written, and say so', () => {
    const path = place();
    const settings = openKeptSettings(path, recordingLogger());
    writeFileSync(join(path, '..'), 'a file where the folder should be');
    expect(() => settings.write({ paused: true })).toThrow();
    expect(settings.read()).toEqual({ paused: true, stoppedServers: [] });
  });
});
