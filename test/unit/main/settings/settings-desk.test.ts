// Settings made in the window, from the change to what the gateway is told, and back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createSettingsDesk } from '../../../../electron/main/settings/settings-desk.ts';

function desk(env: Record<string, string> = {}) {
  const userData = mkdtempSync(join(tmpdir(), 'desk-'));
  onTestFinished(() => rmSync(userData, { recursive: true, force: true }));
  let tree: Record<string, unknown> = {};
  const layer = { read: vi.fn(() => tree), write: vi.fn((next: typeof tree) => void (tree = next)) };
  const setMode = vi.fn();
  const settingChanged = vi.fn(() => Promise.resolve());
  const host = {
    commands: { 'mode.set': setMode },
    settingChanged,
    status: () => ({ mode: 'audit' }),
  } as unknown as Parameters<typeof createSettingsDesk>[0]['host'];
  const places = { configFile: null, managedConfigFile: null, userData, env };
  const settings = createSettingsDesk({ places, layer, host });
  const set = (key: string, value?: string | number) =>
    settings.set({ path: key.split('.'), ...(value === undefined ? {} : { value }) });
  return { settings, set, layer, setMode, settingChanged, tree: () => tree };
}

it('writes, tells the gateway, and takes it back', async () => {
  const { settings, set, settingChanged, tree } = desk();
  const done = await set('logging.level', 'debug');
  expect(done).toEqual({ outcome: 'set', undo: 1 });
  expect(tree()).toEqual({ logging: { level: 'debug' } });
  expect(settingChanged).toHaveBeenCalledWith({ key: 'logging.level', value: '"debug"', before: null });
  await set('logging.level', 'error');
  await settings.undo(2);
  expect(tree()).toEqual({ logging: { level: 'debug' } });
  await settings.undo(1);
  expect(tree()).toEqual({ logging: {} });
  expect(await settings.undo(1)).toBeNull();
});

it('writes nothing that is wrong or locked', async () => {
  const { set, layer, settingChanged } = desk({ MCP_LOGGING_LEVEL: 'warn' });
  expect(await set('server.max_connections', 0)).toMatchObject({ outcome: 'refused' });
  expect(await set('logging.level', 'debug')).toMatchObject({ outcome: 'locked' });
  expect(layer.write).not.toHaveBeenCalled();
  expect(settingChanged).not.toHaveBeenCalled();
});

it('leaves the mode to its switch, so that there is one place for it', async () => {
  const { settings, set, setMode, layer } = desk();
  const done = await set('policy.mode', 'enforce');
  expect(setMode).toHaveBeenLastCalledWith('enforce');
  await settings.undo(done.outcome === 'set' ? done.undo : 0);
  expect(setMode).toHaveBeenLastCalledWith('audit');
  await set('policy.mode');
  expect(setMode).toHaveBeenLastCalledWith('enforce');
  expect(layer.write).not.toHaveBeenCalled();
  expect(await set('policy.mode', 'off')).toMatchObject({ outcome: 'refused' });
});

it('says so where its file is damaged, or the disk full', async () => {
  const { set, layer, settingChanged } = desk();
  layer.write.mockImplementation(() => {
    throw new Error('ENOSPC: no space left on device');
  });
  await expect(set('logging.level', 'debug')).rejects.toMatchObject({ code: 'settings_unwritten' });
  layer.read.mockImplementation(() => {
    throw new SyntaxError('Unexpected token');
  });
  await expect(set('logging.level', 'debug')).rejects.toMatchObject({ code: 'settings_unreadable' });
  expect(settingChanged).not.toHaveBeenCalled();
});
