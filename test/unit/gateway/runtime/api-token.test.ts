// The admin API's token: made once, kept, and for its owner's eyes alone.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApiToken } from '../../../../electron/gateway/runtime/api-token.ts';

it('is made where there is none, and stays', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'api-'));
  const path = join(folder.path, 'api-token');
  const token = openApiToken(path);
  expect(token).toMatch(/^mcpa_[\w-]{43}$/u);
  expect(readFileSync(path, 'utf8')).toBe(`${token}\n`);
  expect(openApiToken(path)).toBe(token);
  expect(openApiToken(join(folder.path, 'other'))).not.toBe(token);
});

it.skipIf(process.platform === 'win32')('is readable by its owner alone, whoever wrote it', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'api-'));
  const path = join(folder.path, 'api-token');
  openApiToken(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o644);
  openApiToken(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.each(['', 'secret', `mcpa_${'x'.repeat(10)}`])('is not %o, that somebody else wrote', async (text) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'api-'));
  const path = join(folder.path, 'api-token');
  writeFileSync(path, text);
  expect(() => openApiToken(path)).toThrow(/delete it to get a new one/u);
});
