// Layers of settings: what is managed, over variables, over the file, over what was set in the window.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../../electron/gateway/config/load-config.ts';
import { printedConfig } from '../../../../electron/gateway/config/print-config.ts';
import { ConfigError } from '../../../../electron/gateway/errors.ts';
import { settingsOf } from '../../../../electron/gateway/config/settings-list.ts';
import { configSchema } from '../../../../electron/shared/config.ts';

interface Texts {
  readonly window?: string;
  readonly file?: string;
  readonly managed?: string;
  readonly env?: Record<string, string>;
}

function layered({ env = {}, ...texts }: Texts) {
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: keyof typeof texts, file: string) => {
    const text = texts[name];
    if (text === undefined) return null;
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  const load = () =>
    loadConfig({
      env,
      windowFile: at('window', 'window-settings.json'),
      file: at('file', 'proxy.yaml'),
      managedFile: at('managed', 'managed.yaml'),
    });
  const short = (text: string) => text.replaceAll(`${folder}/`, '');
  return { folder, load, short };
}

const all = {
  window: '{"approvals": {"timeout": "1s", "ask": "all"}, "limits": {"tools": {"a": {"per_hour": 1}}}}',
  file: 'approvals:\n  timeout: 2s\n  on_timeout: allow\nlimits: {tools: {b: {per_hour: 2}}}\nlogging: {level: warn}\n',
  env: { MCP_LOGGING_LEVEL: 'error', MCP_POLICY_MODE: 'audit' },
  managed: 'policy:\n  mode: enforce\napprovals: {on_timeout: deny}\n',
};

it('lets the upper one hide what lies below, key by key', () => {
  const { config } = layered(all).load();
  expect(config.approvals).toMatchObject({ ask: 'all', timeout: 2000, on_timeout: 'deny' });
  expect(config.logging.level).toBe('error');
  expect(config.policy.mode).toBe('enforce');
  expect(Object.keys(config.limits.tools)).toEqual(['a', 'b']);
});

it('knows of each setting where its value comes from', () => {
  const { load, short } = layered(all);
  const settings = new Map(settingsOf(load().source).map((one) => [one.path.join('.'), one]));
  const from = (key: string) => {
    const { value, from: kind, where } = settings.get(key) ?? {};
    return [value, kind, where == null ? where : short(where)];
  };
  expect(from('approvals.ask')).toEqual(['all', 'window', 'window-settings.json:1']);
  expect(from('approvals.timeout')).toEqual(['2s', 'file', 'proxy.yaml:2']);
  expect(from('approvals.on_timeout')).toEqual(['deny', 'managed', 'managed.yaml:3']);
  expect(from('logging.level')).toEqual(['error', 'environment', 'MCP_LOGGING_LEVEL']);
  expect(from('policy.mode')).toEqual(['enforce', 'managed', 'managed.yaml:2']);
  expect(from('server.read_timeout')).toEqual(['30s', 'default', null]);
  expect(from('limits.tools.a.per_hour')).toEqual([1, 'window', 'window-settings.json:1']);
});

it('says in which of them something is wrong', () => {
  const { load, short } = layered({ ...all, managed: 'server:\n  listen: {port: high}\n' });
  let message = '';
  try {
    load();
  } catch (error) {
    message = short(String(error));
  }
  expect(message).toContain('managed.yaml:2: server.listen.port: expected a whole number');
});

it('takes relative paths from where they are written', () => {
  const { folder, load } = layered({
    file: 'policy: {policy_dir: mine}',
    managed: 'policy: {data_file: theirs.json}',
  });
  expect(load().config.policy).toMatchObject({
    policy_dir: join(folder, 'mine'),
    data_file: join(folder, 'theirs.json'),
  });
});

it('is printed as a file that comes to the same, without secrets', () => {
  const secret = 'xyzzy-secret';
  const { load } = layered({
    ...all,
    file: `${all.file}servers: {web: {url: "http://u:${secret}@localhost/mcp", headers: {Authorization: "Bearer ${secret}"}}}\n`,
  });
  const { config, source } = load();
  const text = printedConfig(settingsOf(source));
  expect(text).not.toContain(secret);
  expect(text).toMatch(/^ {2}timeout: 2s # .*proxy\.yaml:2$/mu);
  expect(text).toMatch(/^ {2}level: error # MCP_LOGGING_LEVEL$/mu);
  expect(text).toMatch(/url: … # .*proxy\.yaml:6 \(not shown\)$/mu);
  // Apart from what is not shown.
  const printed = { ...(parse(text) as object), servers: {} };
  expect(configSchema.parse(printed)).toEqual({ ...config, servers: {} });
});

it('takes of a managed section with names nothing from below, and joins all others', () => {
  const names =
    'servers: {theirs: {command: a}}\nlimits: {tools: {t: {per_hour: 1}}}\nlogging: {level: warn}\n';
  const managed = 'servers: {ours: {command: b}}\nlimits: {tools: {}}\nlogging: {format: text}\n';
  const { config } = layered({ file: names, managed }).load();
  expect(Object.keys(config.servers)).toEqual(['ours']);
  expect(config.limits.tools).toEqual({});
  expect(config.logging).toMatchObject({ level: 'warn', format: 'text' });
});

it('leaves no way round a managed mode but those that are managed', () => {
  const file = 'policy: {mode: audit, modes: {clients: {me: audit}, servers: {default: audit}}}';
  const modes = (managed: string) => layered({ file, managed }).load().config.policy.modes;
  expect(modes('policy: {mode: enforce}')).toEqual({ clients: {}, servers: {} });
  expect(modes('policy: {mode: enforce, modes: {clients: {ci: audit}}}')).toEqual({
    clients: { ci: 'audit' },
    servers: {},
  });
  expect(modes('policy: {enabled: true}').clients).toEqual({ me: 'audit' });
});

it('knows where a key is managed, and does without a file that is not there', () => {
  const { load, folder, short } = layered({ managed: 'policy:\n  enabled: true\n' });
  const { managedAt } = load();
  expect(short(managedAt('policy.enabled') ?? '')).toBe('managed.yaml:2');
  expect(managedAt('policy.mode')).toBeNull();
  const without = loadConfig({ env: {}, file: null, managedFile: join(folder, 'none', 'managed.yaml') });
  expect(without.managedAt('policy.enabled')).toBeNull();
});

it('starts with nothing where what is managed can’t be read', () => {
  const { folder } = layered({ managed: 'policy: {mode: enforce}' });
  expect(() => loadConfig({ env: {}, file: null, managedFile: folder })).toThrow(ConfigError);
  const loop = join(folder, 'loop.yaml');
  symlinkSync(loop, loop);
  expect(() => loadConfig({ env: {}, file: null, managedFile: loop })).toThrow(ConfigError);
});
