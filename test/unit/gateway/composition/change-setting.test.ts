// Settings of the window before they are written: what is let through, what is refused and why, what is locked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { planSetting } from '../../../../electron/gateway/composition/change-setting.ts';

interface Around {
  readonly file?: string;
  readonly managed?: string;
  readonly env?: Record<string, string>;
  readonly tree?: Record<string, unknown>;
}

function planned(key: string, value: unknown, { file, managed, env = {}, tree = {} }: Around = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'change-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const written = (name: string, text: string | undefined) => {
    if (text === undefined) return null;
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const places = {
    configFile: written('proxy.yaml', file),
    managedConfigFile: written('managed.yaml', managed),
    userData: folder,
    env,
  };
  const change = { path: key.split('.'), ...(value === undefined ? {} : { value: value as string }) };
  return planSetting(places, tree, change);
}

it('writes what fits, beside what is there, and knows what brings it back', () => {
  const tree = { logging: { level: 'warn' } };
  expect(planned('logging.level', 'debug', { tree })).toEqual({
    outcome: 'plan',
    tree: { logging: { level: 'debug' } },
    note: { key: 'logging.level', value: '"debug"', before: '"warn"' },
    undo: { path: ['logging', 'level'], value: 'warn' },
  });
  expect(planned('audit.retention_days', 3, { tree })).toMatchObject({
    tree: { logging: { level: 'warn' }, audit: { retention_days: 3 } },
    note: { before: null },
    undo: { path: ['audit', 'retention_days'] },
  });
});

it('forgets what is reset', () => {
  const tree = { logging: { level: 'warn', format: 'text' } };
  expect(planned('logging.level', undefined, { tree })).toMatchObject({
    tree: { logging: { format: 'text' } },
    note: { value: null, before: '"warn"' },
  });
});

it('refuses a wrong value, and says what was expected', () => {
  const refused = (key: string, words: string) => ({ outcome: 'refused', mistakes: [{ key, words }] });
  expect(planned('server.listen.port', 'http')).toEqual(
    refused('server.listen.port', 'Expected a whole number from 0 to 65535 (0: any free port).'),
  );
  expect(planned('approvals.timeout', '2 min')).toEqual(
    refused(
      'approvals.timeout',
      'Expected a duration such as "30s", "100ms" or "1h30m", longer than 0 and at most 596h.',
    ),
  );
  expect(planned('server.transport', 'stdio')).toMatchObject({
    mistakes: [{ key: 'server.transport', words: expect.stringContaining('start the bridge') as string }],
  });
  expect(planned('server.prot', 1)).toEqual(refused('server.prot', 'There is no such setting.'));
});

it('refuses what would not fit together with another setting, and names that', () => {
  const file = 'policy: {bundle: {url: "https://a.example/b.tgz", token_file: t}}\n';
  expect(planned('policy.bundle.token', 's3cret', { file })).toEqual({
    outcome: 'refused',
    mistakes: [{ key: 'policy.bundle.token', words: 'Expected either token or token_file.' }],
  });
  expect(planned('tls.enabled', true)).toEqual({
    outcome: 'refused',
    mistakes: [
      {
        key: 'tls.cert_file',
        words: 'expected a file, because tls.enabled is true; found nothing.',
      },
    ],
  });
});

it('is locked where a layer above says something, and names the uppermost', () => {
  const around = {
    file: 'logging:\n  level: warn\nserver: {listen: {port: 1}}\n',
    managed: 'server: {listen: {port: 2}}\n',
    env: { MCP_LOGGING_LEVEL: 'error' },
  };
  expect(planned('logging.level', 'debug', around)).toEqual({
    outcome: 'locked',
    from: 'environment',
    where: 'MCP_LOGGING_LEVEL',
  });
  expect(planned('server.listen.port', 3, around)).toMatchObject({
    from: 'managed',
    where: expect.stringMatching(/managed\.yaml:1$/u) as string,
  });
  expect(planned('server.listen.address', '::1', around)).toMatchObject({ outcome: 'plan' });
});

it('adds no name to a section whose names are managed', () => {
  const around = { managed: 'servers: {theirs: {url: "https://a.example"}}\n' };
  expect(planned('servers.mine.command', 'node', around)).toMatchObject({
    outcome: 'locked',
    from: 'managed',
  });
  expect(planned('servers.mine.command', 'node', { file: around.managed })).toMatchObject({
    outcome: 'plan',
  });
});

it('lets go of what has no effect', () => {
  const tree = { logging: { level: 'debug' } };
  expect(planned('logging.level', undefined, { tree, file: 'logging: {level: warn}\n' })).toMatchObject({
    outcome: 'plan',
    tree: { logging: {} },
  });
});

it('is not refused for what was wrong before, which it may be meant to mend', () => {
  const file = 'approvals: {timeout: soon}\n';
  const tree = { server: { listen: { port: -1 } } };
  expect(planned('server.listen.port', 3001, { file, tree })).toMatchObject({ outcome: 'plan' });
  expect(planned('logging.level', 'loud', { file, tree })).toMatchObject({
    mistakes: [{ key: 'logging.level' }],
  });
});

it('tells the log no secrets', () => {
  const tree = { policy: { bundle: { token: 'before-it' } } };
  const { note } = planned('policy.bundle.token', 'behind-it', { tree }) as { note: unknown };
  expect(note).toEqual({ key: 'policy.bundle.token', value: '(not shown)', before: '(not shown)' });
});

it('does not guess about a file that can not be read', () => {
  expect(() => planned('logging.level', 'debug', { file: 'a: {' })).toThrow(/not valid YAML/u);
});
