// What is taken of a bundle that was served, and what is refused: archives by the real OPA, and by attackers.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readServedBundle } from '../../../../../electron/gateway/policy/bundles/read-served.ts';
import type { BundleSigning } from '../../../../../electron/gateway/policy/bundles/signature.ts';
import { temporaryFolder } from '../places.ts';
import { allowing, built, manifest, packed } from './bundle-server.ts';

const files = {
  '.manifest': manifest('r1'),
  'mcp/policy.rego': allowing('a'),
  'data.json': '{"good": ["a"]}',
};

/** A pair of keys by openssl: the path of the private one, and the public one as PEM. */
function keys(kind: 'rsa' | 'ec' = 'rsa') {
  const folder = temporaryFolder();
  const secret = join(folder, 'key.pem');
  const options = kind === 'rsa' ? ['rsa_keygen_bits:2048'] : ['ec_paramgen_curve:P-256'];
  execFileSync(
    'openssl',
    ['genpkey', '-algorithm', kind === 'rsa' ? 'RSA' : 'EC', '-out', secret, '-pkeyopt', ...options],
    { stdio: 'ignore' },
  );
  const open = execFileSync('openssl', ['pkey', '-in', secret, '-pubout'], { encoding: 'utf8' });
  return { secret, open };
}

const signing = (change: Partial<BundleSigning>): BundleSigning => ({
  key: '',
  keyid: '',
  algorithm: 'RS256',
  scope: '',
  exclude_files: [],
  ...change,
});

async function problemOf(archive: Uint8Array, asked: BundleSigning | null = null): Promise<string> {
  const read = await readServedBundle(archive, asked);
  return read.ok ? '' : read.problem;
}

describe('a bundle by opa build', () => {
  it('gives its rules, its tests, its data and its revision', async () => {
    const test = 'package mcp.policy_test\n\ntest_a if true\n';
    const read = await readServedBundle(
      packed({ ...files, 'mcp/policy_test.rego': test, 'tools/data.yaml': 'slow: [x]\n' }),
      null,
    );
    if (!read.ok) throw new Error(read.problem);
    expect(read.bundle.manifest).toEqual({ revision: 'r1', roots: [''] });
    const texts = Object.fromEntries(read.bundle.files.map(({ name, kind, text }) => [name, [kind, text]]));
    expect(texts).toMatchObject({
      '@bundle/mcp/policy.rego': ['policy', allowing('a')],
      '@bundle/mcp/policy_test.rego': ['test', test],
      '@bundle/.manifest': ['manifest', expect.stringContaining('"r1"')],
    });
    expect(JSON.parse(texts['@bundle/data.json']?.[1] ?? '')).toEqual({
      good: ['a'],
      tools: { slow: ['x'] },
    });
  });

  it('owns all of data where it has no manifest', async () => {
    const read = await readServedBundle(built({ 'p.rego': allowing('a') }), null);
    expect(read.ok && read.bundle.manifest).toEqual({ revision: '', roots: [''] });
  });

  it.each([
    [
      'compiled policies alone',
      () => built(files, '--target', 'wasm', '--entrypoint', 'mcp/policy/decision'),
      /compiled policies/,
    ],
    ['a delta', () => packed({ '.manifest': manifest('r2'), 'patch.json': '{"data": []}' }), /a delta/],
    [
      'a rule outside its roots',
      () =>
        packed({
          ...files,
          '.manifest': manifest('r', ['mcp', 'good']),
          'x.rego': 'package other\n\nx := 1\n',
        }),
      /x\.rego declares the package other/,
    ],
    [
      'data outside its roots',
      () => packed({ ...files, '.manifest': manifest('r', ['mcp']) }),
      /its data has good/,
    ],
    [
      'roots that overlap',
      () => packed({ ...files, '.manifest': manifest('r', ['mcp', 'mcp/policy']) }),
      /roots overlap/,
    ],
    [
      'two files of the same data',
      () => packed({ ...files, 'good/data.json': '{"x": 1}' }),
      /"good", which another file has/,
    ],
    ['nothing at all', () => packed({ '.manifest': manifest('r') }), /neither policies nor data/],
    [
      'a manifest that is none',
      () => packed({ ...files, '.manifest': '{"roots": "all"}' }),
      /\.manifest is none/,
    ],
    [
      'Rego without a package',
      () => packed({ ...files, 'x.rego': '# nothing\n' }),
      /x\.rego does not begin with a package/,
    ],
    [
      'data that is no object',
      () => packed({ ...files, 'data.json': '[1]' }),
      /data\.json has to hold an object/,
    ],
  ])('with %s is refused', async (_what, archive, why) => {
    expect(await problemOf(archive())).toMatch(why);
  });
});

/** An archive with one file whose header was changed. */
function forged(change: (header: Buffer) => void, content = allowing('a')): Buffer {
  const header = Buffer.alloc(512);
  header.write('p.rego', 0);
  header.write(content.length.toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  change(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
}

describe('an archive', () => {
  it('is taken where nothing is wrong with it', async () => {
    expect(await problemOf(forged(() => undefined))).toBe('');
  });

  it.each(['../p.rego', 'a/../../p.rego', 'a//p.rego', 'C:/p.rego', '..\\p.rego', 'a/./p.rego', 'p\n.rego'])(
    'with the name %j is refused',
    async (name) => {
      expect(await problemOf(forged((header) => header.fill(0, 0, 100).write(name, 0)))).toMatch(
        /leads elsewhere/,
      );
    },
  );

  it.each([
    ['a symbolic link', '2'],
    ['a hard link', '1'],
    ['a device', '3'],
  ])('with %s is refused', async (_what, type) => {
    expect(await problemOf(forged((header) => header.write(type, 156)))).toMatch(
      /neither a file nor a folder/,
    );
  });

  it('is refused where it is cut off, changed or no archive', async () => {
    const whole = built(files);
    expect(await problemOf(whole.subarray(0, whole.length - 20))).toMatch(/no gzipped archive/);
    expect(await problemOf(Buffer.from('<html>'))).toMatch(/no gzipped archive/);
    const tar = gunzipSync(whole);
    tar[3] = 0x41;
    expect(await problemOf(gzipSync(tar))).toMatch(/damaged/);
    expect(await problemOf(gzipSync(gunzipSync(whole).subarray(0, 520)))).toMatch(/ends in the middle/);
  });

  it('is refused where two of its names differ by capitals alone', async () => {
    expect(await problemOf(packed({ 'P.rego': allowing('a'), 'p.rego': allowing('b') }))).toMatch(/twice/);
  });

  it('takes long names', async () => {
    const name = `${'folder-with-a-name/'.repeat(8)}policy.rego`;
    const read = await readServedBundle(packed({ [name]: allowing('a') }), null);
    expect(read.ok && read.bundle.files[0]?.name).toBe(`@bundle/${name}`);
  });

  it('is refused where it unpacks to far more than a policy, or is as large itself', async () => {
    expect(await problemOf(gzipSync(Buffer.alloc(80 * 1024 * 1024)))).toMatch(/more than 64 MiB/);
    expect(await problemOf(Buffer.alloc(17 * 1024 * 1024))).toMatch(/larger than 16 MiB/);
  });
});

describe('a signature', () => {
  // What is signed of JSON is what it means: digits and order as Go writes them.
  const odd = JSON.stringify({ z: '<é>\u2028\b', b: { n: 0 }, a: [null, true] }).replace('0', '1.50e3');
  const tricky = { ...files, 'data.json': odd, 'more/data.json': '{"big": 12345678901234567890123}' };

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256'] as const)(
    'of opa build fits with %s',
    async (algorithm) => {
      const { secret, open } = keys(algorithm.startsWith('ES') ? 'ec' : 'rsa');
      const archive = built(tricky, '--signing-key', secret, '--signing-alg', algorithm);
      const read = await readServedBundle(archive, signing({ key: open, algorithm, keyid: 'default' }));
      expect(read).toMatchObject({ ok: true, bundle: { signedBy: { keyId: 'default', algorithm } } });
    },
  );

  it('of opa sign fits with a secret, a scope and files that were not signed', async () => {
    const claims = join(temporaryFolder(), 'claims.json');
    writeFileSync(claims, '{"keyid": "team", "scope": "write"}');
    const archive = packed(tricky, [
      '--signing-key',
      'a secret',
      '--signing-alg',
      'HS256',
      '--claims-file',
      claims,
    ]);
    const asked = signing({ key: 'a secret', algorithm: 'HS256', keyid: 'team', scope: 'write' });
    expect(await problemOf(archive, asked)).toBe('');
    expect(await problemOf(archive, { ...asked, scope: '' })).toMatch(/signed for the scope "write"/);
    expect(await problemOf(archive, { ...asked, keyid: 'other' })).toMatch(/the key "team"/);
    expect(await problemOf(archive, { ...asked, key: 'another' })).toMatch(/does not fit/);
    expect(await problemOf(archive, { ...asked, algorithm: 'HS512' })).toMatch(/does not fit/);
  });

  /** The files of an archive by tar, signed as those given, and packed as changed. */
  function changed(change: Readonly<Record<string, string>>, secret: string): Buffer {
    const signed = packed(files, ['--signing-key', secret]);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'signed.tar.gz'), signed);
    execFileSync('tar', ['-xzf', 'signed.tar.gz'], { cwd: folder });
    const signatures = readFileSync(join(folder, '.signatures.json'), 'utf8');
    return packed({ ...files, '.signatures.json': signatures, ...change });
  }

  it('is asked for where a key is configured', async () => {
    const { secret, open } = keys();
    const asked = signing({ key: open });
    expect(await problemOf(packed(files), asked)).toBe('it is not signed');
    expect(await problemOf(changed({}, secret), asked)).toBe('');
    expect(await problemOf(changed({}, secret), signing({ key: keys().open }))).toMatch(/does not fit/);
    expect(await problemOf(changed({ 'mcp/policy.rego': allowing('evil') }, secret), asked)).toBe(
      'mcp/policy.rego is not what was signed',
    );
    expect(await problemOf(changed({ 'data.json': '{"good": ["evil"]}' }, secret), asked)).toBe(
      'data.json is not what was signed',
    );
    expect(await problemOf(changed({ 'data.json': '{ "good":["a"] }' }, secret), asked)).toBe('');
    expect(await problemOf(changed({ '.manifest': manifest('r0') }, secret), asked)).toBe(
      '.manifest is not what was signed',
    );
    expect(await problemOf(changed({ 'x.rego': 'package mcp.x\n' }, secret), asked)).toBe(
      'x.rego is not among the files that were signed',
    );
    expect(await problemOf(changed({ '.signatures.json': '{"signatures": []}' }, secret), asked)).toMatch(
      /0 signatures/,
    );
    expect(await problemOf(changed({ '.signatures.json': '{' }, secret), asked)).toMatch(/can't be read/);
  });

  it('may leave out what exclude_files names, and nothing else', async () => {
    const { secret, open } = keys();
    const archive = changed({ 'notes/x.txt': 'hello' }, secret);
    expect(await problemOf(archive, signing({ key: open, exclude_files: ['notes/*'] }))).toBe('');
    expect(await problemOf(archive, signing({ key: open, exclude_files: ['notes/[a-x].tx?'] }))).toBe('');
    expect(await problemOf(archive, signing({ key: open, exclude_files: ['*', 'n*.txt', '['] }))).toMatch(
      /notes\/x\.txt is not among/,
    );
  });

  it('counts for files that are missing', async () => {
    const { secret, open } = keys();
    const signed = gunzipSync(packed(files, ['--signing-key', secret])).toString('latin1');
    expect(signed).toContain('data.json');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'signed.tar.gz'), packed(files, ['--signing-key', secret]));
    execFileSync(
      'sh',
      [
        '-c',
        'tar -xzf signed.tar.gz && rm signed.tar.gz data.json && tar -czf ../x.tgz . 2>/dev/null; mv ../x.tgz .',
      ],
      { cwd: folder },
    );
    expect(await problemOf(readFileSync(join(folder, 'x.tgz')), signing({ key: open }))).toBe(
      'data.json was signed, and is missing',
    );
  });
});
