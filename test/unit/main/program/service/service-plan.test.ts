import { Window } from 'happy-dom';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  lastingPath,
  planService,
  serviceArguments,
  type ServicePlan,
  type ServiceSurroundings,
} from '../../../../../electron/main/program/service/service-plan.ts';
import type { ServiceSetup } from '../../../../../electron/main/program/service/service-setup.ts';

const setup: ServiceSetup = {
  name: 'MCP Proxy Desktop',
  executable: process.execPath,
  args: ['/opt/a b/out/headless.js', '--config', '/home/ada/50% "&" <$HOME>\\x.yaml'],
  path: '/usr/bin:/home/ada/$bin',
  stopSeconds: 45,
};
const here = { env: {}, home: '/home/ada', uid: 1000 };

function planOn(
  platform: NodeJS.Platform,
  given = setup,
  more: Partial<ServiceSurroundings> = {},
): ServicePlan {
  const planned = planService(given, { ...here, platform, ...more });
  if (!planned.ok) throw new Error(planned.message);
  return planned.plan;
}

/** Throws where it is no XML. */
function xml(text: string) {
  const { DOMParser } = new Window();
  const document = new DOMParser().parseFromString(text, 'application/xml');
  const wrong = document.querySelector('parsererror');
  if (wrong !== null) throw new Error(wrong.textContent);
  return document;
}

const analyze = '/usr/bin/systemd-analyze';

describe('on Linux', () => {
  it('is a unit of the user, where systemd looks for it', () => {
    const { file, links } = planOn('linux');
    expect(file).toBe('/home/ada/.config/systemd/user/mcp-proxy-desktop.service');
    expect(links).toEqual(['/home/ada/.config/systemd/user/default.target.wants/mcp-proxy-desktop.service']);
    expect(planOn('linux', setup, { env: { XDG_CONFIG_HOME: '/cfg' } }).file).toBe(
      '/cfg/systemd/user/mcp-proxy-desktop.service',
    );
  });

  it('starts the program as Node, with each word as it was given', () => {
    const { text } = planOn('linux');
    expect(text).toContain(
      `ExecStart="${process.execPath}" "/opt/a b/out/headless.js" "--config" ` +
        `"/home/ada/50%% \\"&\\" <$$HOME>\\\\x.yaml"\n`,
    );
    expect(text).toContain('Environment="ELECTRON_RUN_AS_NODE=1"\n');
    expect(text).toContain('Environment="PATH=/usr/bin:/home/ada/$bin"\n');
  });

  it('has no second line in a word', () => {
    const { text } = planOn('linux', { ...setup, args: ['/a\nExecStartPre=/bin/evil'] });
    expect(text).toContain('"/a\\x0aExecStartPre=/bin/evil"');
  });

  it('lets running calls end, and does not start again what is configured wrong', () => {
    const { text } = planOn('linux');
    for (const line of ['KillMode=mixed', 'TimeoutStopSec=45', 'RestartPreventExitStatus=2'])
      expect(text).toContain(`\n${line}\n`);
  });

  it.skipIf(!existsSync(analyze))('is what systemd takes without a word', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mcp-proxy-desktop.service');
    writeFileSync(file, planOn('linux').text);
    mkdirSync(join(folder, 'run'));
    const env = { ...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), LC_ALL: 'C' };
    const { status, stderr } = spawnSync(analyze, ['--user', '--man=no', 'verify', file], {
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('on macOS', () => {
  const document = xml(planOn('darwin').text);
  const keys = [...document.querySelectorAll('plist > dict > key')];
  const valueOf = (name: string) => keys.find((key) => key.textContent === name)?.nextElementSibling;

  it('is an agent of the user', () => {
    const plan = planOn('darwin');
    expect(plan.file).toBe('/home/ada/Library/LaunchAgents/dev.mcp-proxy.desktop.headless.plist');
    expect(plan.folders).toEqual(['/home/ada/Library/Logs/MCP Proxy Desktop']);
    expect(plan.start).toContain('gui/1000 ');
    expect(valueOf('Label')?.textContent).toBe('dev.mcp-proxy.desktop.headless');
  });

  it('starts the program as Node, with each word as it was given', () => {
    const words = [...(valueOf('ProgramArguments')?.children ?? [])].map(({ textContent }) => textContent);
    expect(words).toEqual([setup.executable, ...setup.args]);
    const variables = [...(valueOf('EnvironmentVariables')?.children ?? [])].map((one) => one.textContent);
    expect(variables).toEqual(['ELECTRON_RUN_AS_NODE', '1', 'PATH', setup.path]);
  });

  it('is given its time to end, and comes back where it failed', () => {
    expect(valueOf('ExitTimeOut')?.textContent).toBe('45');
    expect(valueOf('KeepAlive')?.querySelector('key')?.textContent).toBe('SuccessfulExit');
    expect(valueOf('KeepAlive')?.querySelector('false')).not.toBeNull();
  });
});

describe('on Windows', () => {
  const windows: ServiceSetup = {
    ...setup,
    executable: 'C:\\Programs & more\\mcp.exe',
    args: ['C:\\out\\headless.js', '--user-data', 'D:\\my data'],
  };
  const env = { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming', USERDOMAIN: 'HOME', USERNAME: 'ada' };

  it('is a task at logon, of the user', () => {
    const { file, text, encoding, start } = planOn('win32', windows, { env });
    expect(file).toBe('C:\\Users\\ada\\AppData\\Roaming\\MCP Proxy Desktop\\service-task.xml');
    expect(encoding).toBe('utf16le');
    expect(start).toContain(`/XML "${file}"`);
    const document = xml(text);
    expect(document.querySelector('LogonTrigger > UserId')?.textContent).toBe('HOME\\ada');
    expect(document.querySelector('Exec > Arguments')?.textContent).toBe(
      '--headless cmd.exe /d /s /c "set "ELECTRON_RUN_AS_NODE=1" && "C:\\Programs & more\\mcp.exe" ' +
        '"C:\\out\\headless.js" "--user-data" "D:\\my data""',
    );
  });

  it('is none where the shell would read a path as something else', () => {
    const planned = planService({ ...windows, args: ['C:\\%TEMP%\\x'] }, { ...here, platform: 'win32', env });
    expect(planned).toMatchObject({ ok: false, message: expect.stringContaining('%TEMP%') as string });
  });
});

describe('elsewhere', () => {
  it('is none in an AppImage, which lies elsewhere at each start, nor on an unknown system', () => {
    const appImage = { ...here, env: { APPIMAGE: '/x.AppImage' }, platform: 'linux' } as const;
    expect(planService(setup, appImage)).toMatchObject({ ok: false });
    expect(planService(setup, { ...here, platform: 'aix' })).toMatchObject({ ok: false });
  });
});

describe('what it is made of', () => {
  it('names configuration and data where they were given', () => {
    expect(serviceArguments('/opt/out', { configFile: null, userData: null })).toEqual([
      '/opt/out/headless.js',
    ]);
    expect(serviceArguments('/opt/out', { configFile: '/c.yaml', userData: '/d' })).toEqual([
      '/opt/out/headless.js',
      '--config',
      '/c.yaml',
      '--user-data',
      '/d',
    ]);
  });

  it('is the path without what npm adds to it', () => {
    const path =
      '/p/node_modules/.bin:/usr/lib/node_modules/npm/x/node-gyp-bin:/usr/bin::/home/ada/.local/bin';
    expect(lastingPath(path, ':')).toBe('/usr/bin:/home/ada/.local/bin');
  });
});
