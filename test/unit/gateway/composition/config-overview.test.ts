// The configuration as scripts and the window see it.
import { writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configOverviewOf } from '../../../../electron/gateway/composition/config-overview.ts';
import { loadConfig } from '../../../../electron/gateway/config/load-config.ts';
import { configOverview } from '../../../../electron/shared/config-settings.ts';

it('names each setting with its source, warns, and shows no secrets', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'config-'));
  const file = join(folder.path, 'proxy.yaml');
  writeFileSync(
    file,
    'policy:\n  mode: audit\n  mod: x\nupstream:\n  url: https://me:hunter2@tickets.example/mcp\n',
  );
  const loaded = loadConfig({ file, env: { MCP_SERVER_PORT: '4000' } });
  const shown = configOverview.parse(
    JSON.parse(
      JSON.stringify(configOverviewOf({ loaded, waiting: ['tls.enabled'], wrong: null }, file, 'audit')),
    ),
  );
  const setting = (key: string) => shown.settings.find(({ path }) => path.join('.') === key);
  expect(setting('policy.mode')).toMatchObject({ value: 'audit', from: 'file', where: `${file}:2` });
  expect(setting('server.listen.port')).toMatchObject({
    value: 4000,
    from: 'environment',
    where: 'MCP_SERVER_PORT',
  });
  expect(setting('api.enabled')).toMatchObject({
    value: false,
    byDefault: false,
    from: 'default',
    where: null,
  });
  expect(setting('upstream.url')).toMatchObject({ value: null, hidden: true });
  expect(JSON.stringify(shown)).not.toContain('hunter2');
  expect(shown.waiting).toEqual(['tls.enabled']);
  expect(shown.warnings.join()).toContain('policy.mod');
});
