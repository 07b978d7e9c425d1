// Which mode holds: chosen, configured, or managed.
import { expect, it, vi } from 'vitest';
import { createLiveSettings } from '../../../../electron/gateway/composition/live-settings.ts';
import type { KeptSettings } from '../../../../electron/gateway/runtime/kept-settings.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

function kept(settings: Partial<KeptSettings> = {}) {
  const write = vi.fn();
  return { write, read: () => ({ paused: false, stoppedServers: [], ...settings }) };
}

const config = (mode: 'enforce' | 'audit') => configSchema.parse({ policy: { mode } });
const open = () => null;
const managed = () => '/etc/managed.yaml:1';

it('a mode that was chosen holds where nobody configured one', () => {
  const file = kept({ mode: 'audit' });
  const surroundings = { config: config('enforce'), managedAt: open };
  expect(createLiveSettings({ ...surroundings, isConfigured: () => false }, file).mode).toBe('audit');
  expect(createLiveSettings({ ...surroundings, isConfigured: () => true }, file).mode).toBe('enforce');
});

it('a managed mode is not to be chosen, and nothing is kept of the attempt', () => {
  const file = kept();
  const live = createLiveSettings(
    { config: config('enforce'), isConfigured: () => true, managedAt: managed },
    file,
  );
  expect(() => live.setMode('audit')).toThrow('managed by your organization (/etc/managed.yaml:1)');
  expect([live.mode, live.modeManagedAt]).toEqual(['enforce', '/etc/managed.yaml:1']);
  expect(file.write).not.toHaveBeenCalled();
});

it('what was chosen gives way to a mode that comes to be managed, though the configured one is the same', () => {
  const live = createLiveSettings(
    { config: config('enforce'), isConfigured: () => true, managedAt: open },
    kept(),
  );
  live.setMode('audit');
  live.change({ config: config('enforce'), managedAt: open }, []);
  expect(live.mode).toBe('audit');
  live.change({ config: config('enforce'), managedAt: managed }, []);
  expect(live.mode).toBe('enforce');
});
