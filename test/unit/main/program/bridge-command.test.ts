import { describe, expect, it } from 'vitest';
import { bridgeCommand } from '../../../../electron/main/program/bridge-command.ts';

const surroundings = { executable: '/opt/app/app', out: '/opt/app/out', userData: '/home/u/data', env: {} };

describe('bridgeCommand', () => {
  it('starts the bridge of this very app, and leads it to this very app', () => {
    expect(bridgeCommand(surroundings)).toEqual({
      command: '/opt/app/app',
      args: ['/opt/app/out/bridge.js', '--user-data', '/home/u/data'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
  });

  it('names none where it would lead nowhere after the next start', () => {
    expect(bridgeCommand({ ...surroundings, env: { APPIMAGE: '/home/u/app.AppImage' } })).toBeNull();
  });
});
