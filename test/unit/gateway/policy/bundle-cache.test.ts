import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBundleCache } from '../../../../electron/gateway/policy/bundle-cache.ts';
import { recordingLogger } from './engines.ts';
import { folderOf, opa, temporaryFolder } from './places.ts';

function bundle(rule = 'decision'): Buffer {
  const folder = folderOf({ 'a.rego': `package mcp.policy\n${rule} := {"allow": true}` });
  execFileSync(opa, ['build', '-t', 'wasm', '-e', `mcp/policy/${rule}`, '-o', 'b.tar.gz', '.'], {
    cwd: folder,
  });
  return readFileSync(join(folder, 'b.tar.gz'));
}

const { logger } = recordingLogger();

describe('the cache of compiled policies', () => {
  it('finds by hash what was stored, here or when the app was built', async () => {
    const own = join(temporaryFolder(), 'made', 'by-itself');
    const shipped = temporaryFolder();
    const cache = createBundleCache(own, shipped, logger);
    expect(await cache.find('aa')).toBeNull();
    await cache.store('aa', bundle());
    writeFileSync(join(shipped, 'bb.tar.gz'), bundle());
    expect((await cache.find('aa'))?.question.rule).toBe('data.mcp.policy.decision');
    // Nothing is known of these by anybody but compile.ts.
    expect(await cache.find('bb')).toMatchObject({ inputPaths: null });
    expect(await cache.find('cc')).toBeNull();
  });

  it('takes what is damaged, or is no policy of this proxy, for missing', async () => {
    const own = temporaryFolder();
    const cache = createBundleCache(own, null, logger);
    const whole = bundle();
    writeFileSync(join(own, 'cut.tar.gz'), whole.subarray(0, whole.length - 100));
    writeFileSync(join(own, 'empty.tar.gz'), '');
    writeFileSync(join(own, 'other.tar.gz'), bundle('verdict'));
    for (const name of ['cut', 'empty', 'other']) expect(await cache.find(name)).toBeNull();
  });

  it('keeps the last eight', async () => {
    const own = temporaryFolder();
    const cache = createBundleCache(own, null, logger);
    for (let index = 0; index < 10; index += 1) await cache.store(`h${index}`, Buffer.from('x'));
    expect(readdirSync(own)).toHaveLength(8);
    expect(readdirSync(own)).toContain('h9.tar.gz');
  });

  it('goes without where it can not write', async () => {
    const file = join(folderOf({ taken: '' }), 'taken');
    await expect(
      createBundleCache(join(file, 'x'), null, logger).store('aa', bundle()),
    ).resolves.toBeUndefined();
  });
});
