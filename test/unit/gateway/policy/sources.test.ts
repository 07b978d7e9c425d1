import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../../../electron/gateway/policy/sources.ts';
import { folderOf } from './places.ts';

async function namesIn(folder: string): Promise<string[]> {
  const read = await readSources(folder);
  return read.ok ? read.value.files.map(({ name }) => name) : [];
}

async function hashOf(files: Record<string, string>): Promise<string> {
  const read = await readSources(folderOf(files));
  return read.ok ? read.value.hash : '';
}

describe('a policy folder', () => {
  it('is read whole, without tests, hidden folders and examples', async () => {
    const folder = folderOf({
      'b.rego': 'b',
      'a.rego': 'a',
      'deep/er/c.rego': 'c',
      'a_test.rego': '',
      '.git/d.rego': '',
      'examples/e.rego': '',
      'deep/examples/f.rego': '',
      'policy_data.json': '{}',
    });
    expect(await namesIn(folder)).toEqual(['a.rego', 'b.rego', 'deep/er/c.rego']);
  });

  it('takes rules that are linked in', async () => {
    const elsewhere = folderOf({ 'deny.rego': 'deny', 'more/c.rego': 'c' });
    const folder = folderOf({ 'a.rego': 'a' });
    symlinkSync(join(elsewhere, 'deny.rego'), join(folder, 'deny.rego'));
    symlinkSync(join(elsewhere, 'more'), join(folder, 'more'));
    expect(await namesIn(folder)).toEqual(['a.rego', 'deny.rego', 'more/c.rego']);
  });

  it('is refused where it is linked in a circle', async () => {
    const folder = folderOf({ 'a.rego': 'a' });
    mkdirSync(join(folder, 'sub'));
    symlinkSync(folder, join(folder, 'sub', 'again'));
    expect(await readSources(folder)).toMatchObject({ ok: false });
  });

  it('is refused where it is missing or empty', async () => {
    expect(await readSources('/nowhere/at/all')).toMatchObject({
      failure: {
        errors: [{ file: '/nowhere/at/all', message: expect.stringContaining('ENOENT') as string }],
      },
    });
    expect(await readSources(folderOf({ 'a_test.rego': '' }))).toMatchObject({ ok: false });
  });

  it('has a hash that depends on names and texts', async () => {
    const hash = await hashOf({ 'a.rego': 'x', 'b.rego': 'y' });
    expect(await hashOf({ 'b.rego': 'y', 'a.rego': 'x' })).toBe(hash);
    expect(await hashOf({ 'a.rego': 'x', 'c.rego': 'y' })).not.toBe(hash);
    expect(await hashOf({ 'a.rego': 'x', 'b.rego': 'z' })).not.toBe(hash);
    expect(await hashOf({ 'a.rego': 'xb.rego', 'y.rego': '' })).not.toBe(hash);
  });
});
