import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../../electron/main/program/command-line.ts';

const strict = (...args: string[]) => readCommandLine(args, '/home/ada', 'wrong');
const windowed = (...args: string[]) => readCommandLine(args, '/home/ada', 'ignored');
const nothing = { configFile: null, userData: null, headless: false, hidden: false };

describe('command line', () => {
  it('needs no options', () => {
    expect(strict()).toEqual({ kind: 'run', options: nothing });
  });

  it('reads every option, in both spellings', () => {
    const options = { configFile: '/etc/proxy.yaml', userData: '/data', headless: true, hidden: true };
    expect(strict('--config', '/etc/proxy.yaml', '--user-data=/data', '--headless', '--hidden')).toEqual({
      kind: 'run',
      options,
    });
  });

  it('resolves paths from where the user stands', () => {
    expect(strict('--config', 'proxy.yaml', '--user-data', '../data')).toEqual({
      kind: 'run',
      options: { ...nothing, configFile: '/home/ada/proxy.yaml', userData: '/home/data' },
    });
  });

  it('knows help and version, whatever else is there', () => {
    expect(strict('--config', 'x', '--help')).toEqual({ kind: 'help' });
    expect(strict('--version', '--headless')).toEqual({ kind: 'version' });
  });

  it.each(['install', 'uninstall', 'print'] as const)('knows --%s-service, with its paths', (question) => {
    expect(strict(`--${question}-service`, '--config', 'proxy.yaml')).toEqual({
      kind: 'service',
      question,
      options: { ...nothing, configFile: '/home/ada/proxy.yaml' },
    });
  });

  it.each([
    [['--confg', 'x'], '--confg'],
    [['-c', 'x'], '-c'],
    [['proxy.yaml'], 'proxy.yaml'],
    [['--config'], '--config needs a value'],
    [['--config='], '--config needs a value'],
    [['--config', '--headless'], '--config needs a value'],
    [['--headless=yes'], '--headless takes no value'],
  ])('refuses %j', (args, words) => {
    expect(strict(...args)).toEqual({ kind: 'wrong', message: expect.stringContaining(words) as string });
  });

  it("lets Chromium's own options and the app's path pass where there is a window", () => {
    const chromium = [
      '--no-sandbox',
      '--user-data-dir=/x',
      '--remote-debugging-port=0',
      '/opt/app',
      '-r',
      'x',
    ];
    expect(windowed(...chromium, '--config', 'proxy.yaml')).toEqual({
      kind: 'run',
      options: { ...nothing, configFile: '/home/ada/proxy.yaml' },
    });
    expect(windowed('--no-sandbox', '--config')).toMatchObject({ kind: 'wrong' });
  });
});

describe('questions about the configuration', () => {
  it.each([
    ['--check-config', 'check'],
    ['--print-config', 'print'],
    ['--config-schema', 'schema'],
  ] as const)('%s', (option, question) => {
    expect(strict(option, '--config', 'proxy.yaml')).toEqual({
      kind: 'config',
      question,
      options: { configFile: '/home/ada/proxy.yaml', userData: null, headless: false, hidden: false },
    });
  });
});
