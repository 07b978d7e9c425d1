// Policies that follow a bundle server: the whole policy service, a real server, the real OPA.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { configSchema } from '../../../../../electron/shared/config.ts';
import {
  readBundleSettings,
  shownUrl,
} from '../../../../../electron/gateway/policy/bundles/bundle-settings.ts';
import { openPolicies, type Policies } from '../../../../../electron/gateway/policy/open-policies.ts';
import { answerRego } from '../../../../../electron/gateway/policy/answers/answer-rego.ts';
import type { Call } from '../../../../../electron/gateway/call.ts';
import { probesOf } from '../../../../../electron/gateway/policy/probes.ts';
import { clock } from '../../fakes.ts';
import { call, recordingLogger } from '../engines.ts';
import { folderOf, opa, shippedPolicies, temporaryFolder } from '../places.ts';
import { allowing, built, bundleServer, manifest, packed } from './bundle-server.ts';

// OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

interface Setting {
  readonly userData?: string;
  /** None: the user's own copy of the shipped policies. */
  readonly policyDir?: string;
  /** Beside the URL, as in the configuration file. */
  readonly bundle?: Readonly<Record<string, unknown>>;
}

/** Asks by itself only after hours, so that tests see what they asked for. */
const seldom = { min_delay: '1h', max_delay: '2h' };

async function follow(url: string, { policyDir, bundle, ...setting }: Setting = {}) {
  const { logger, logged } = recordingLogger();
  const userData = setting.userData ?? temporaryFolder();
  const { policy: config } = configSchema.parse({ policy: { bundle: { url, polling: seldom, ...bundle } } });
  const policies = await openPolicies({
    places: {
      policyDir: policyDir ?? join(userData, 'policies'),
      jsonPolicyDir: null,
      dataFile: null,
      opa: { configured: opa, bundled: null, searchPath: '' },
      precompiledDir: null,
      cacheDir: join(userData, 'policy-cache'),
      bundle: { url: shownUrl(url), files: null },
    },
    bundle: readBundleSettings(config.bundle),
    isOwnCopy: policyDir === undefined,
    watchForChanges: true,
    userData,
    shippedPolicies,
    surroundings: { environment: 'test', proxyRegion: '' },
    timeoutMs: 1000,
    strictBuiltinErrors: true,
    trialWorker: new URL('../../../../../electron/gateway/policy/time-trial-worker.ts', import.meta.url),
    probes: () => Promise.resolve(probesOf(['tools/call'], 0)),
    mark: null,
    runaway: null,
    clock,
    logger,
    onChange: () => undefined,
    onBundleChange: () => undefined,
  });
  let isOpen = true;
  const end = policies.close.bind(policies);
  const close = async () => {
    if (isOpen) await end();
    isOpen = false;
  };
  onTestFinished(close);
  return Object.assign(policies, { logged, userData, close });
}

const allowed = (policies: Policies, ...tools: string[]) =>
  tools.filter((tool) => policies.decide(call(tool)).allow).join();
const check = async (policies: Policies) => {
  const status = await policies.commands['policy.bundle.check']();
  if (status === null) throw new Error('No bundle is configured');
  return status;
};
const history = async (policies: Policies) => {
  const { versions } = await policies.commands['policy.history']({ limit: 20 });
  return versions.map(({ by, note }) => `${by} ${note}`.trim());
};
const revision = (name: string, tool: string) =>
  packed({ '.manifest': manifest(name), 'policy.rego': allowing(tool) });

describe('a bundle server', () => {
  it('decides the next call, and is asked again only for what is new', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policies = await follow(server.url);
    expect(allowed(policies, 'a', 'b')).toBe('a');
    expect(policies.overview().bundle).toMatchObject({
      url: server.url,
      taken: { revision: 'r1', roots: [''], signedBy: null },
      problem: null,
    });
    await check(policies);
    expect(server.asked.map(({ status }) => status)).toEqual([200, 304]);
    expect(server.asked[1]?.headers).toMatchObject({ prefer: 'modes=snapshot' });

    server.serve(revision('r2', 'b'));
    await check(policies);
    expect(allowed(policies, 'a', 'b')).toBe('b');
    // Whoever serves the old one again is followed there, too.
    server.serve(revision('r1', 'a'), { etag: false });
    await check(policies);
    expect(allowed(policies, 'a', 'b')).toBe('a');
    expect((await check(policies)).problem).toBeNull();
    expect(await history(policies)).toEqual(['bundle r1', 'bundle r2', 'bundle r1']);
  });

  it('is polled by itself', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policies = await follow(server.url, {
      bundle: { polling: { min_delay: '50ms', max_delay: '100ms' } },
    });
    server.serve(revision('r2', 'b'));
    await expect.poll(() => allowed(policies, 'a', 'b'), { timeout: 20_000 }).toBe('b');
  });

  it('keeps the last good bundle in force while it fails, and is taken up again when it recovers', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policies = await follow(server.url);
    for (const [status, remedy] of [
      [500, /by itself/],
      [404, /policy\.bundle\.url/],
      [401, /policy\.bundle\.token/],
    ] as const) {
      server.answer((_request, response) => response.writeHead(status).end('no'));
      const { problem, taken } = await check(policies);
      expect(problem?.message).toContain(String(status));
      expect(problem?.remedy).toMatch(remedy);
      expect(problem?.remedy).toMatch(/revision r1\) stays in force/);
      expect([allowed(policies, 'a', 'b'), taken?.revision]).toEqual(['a', 'r1']);
    }
    server.serve(revision('r2', 'b'));
    expect((await check(policies)).problem).toBeNull();
    expect(allowed(policies, 'a', 'b')).toBe('b');
    expect(policies.logged.filter(({ event }) => event === 'policy_bundle_not_read')).toHaveLength(3);
  });

  it('gets the token, and whom it redirects to does not', async () => {
    const [server, other] = [await bundleServer(), await bundleServer()];
    other.serve(revision('r1', 'a'));
    server.answer((_request, response) => response.writeHead(302, { location: other.url }).end());
    const file = join(folderOf({ token: 's3cret\n' }), 'token');
    const policies = await follow(server.url, { bundle: { token_file: file } });
    expect(allowed(policies, 'a')).toBe('a');
    expect(server.asked[0]?.headers.authorization).toBe('Bearer s3cret');
    expect(other.asked[0]?.headers.authorization).toBeUndefined();
    writeFileSync(file, 'next');
    await check(policies);
    expect(server.asked[1]?.headers.authorization).toBe('Bearer next');
    expect(JSON.stringify(policies.logged)).not.toContain('s3cret');
  });

  it('that redirects in a circle, or sends without an end, is given up', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policies = await follow(server.url);
    server.answer((_request, response) => response.writeHead(302, { location: server.url }).end());
    expect((await check(policies)).problem?.message).toMatch(/redirects in a circle/);
    server.answer((_request, response) => {
      response.writeHead(200);
      const part = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', more);
      more();
    });
    expect((await check(policies)).problem?.message).toMatch(/larger than 16 MiB/);
    expect(allowed(policies, 'a')).toBe('a');
  });
});

it('is waited for at the first start, which is no error', async () => {
  const server = await bundleServer();
  server.serve(revision('r1', 'a'));
  const policies = await follow(server.url);
  expect(policies.logged.map(({ level, event }) => `${level} ${event}`)).toEqual([
    'info policy_copy_followed',
    'info policy_waits_for_bundle',
    'info policy_compiled',
    'info policy_in_force',
    'info policy_bundle_taken',
  ]);
});

describe('a bundle that is no good', () => {
  it.each([
    ['does not compile', 'package mcp.policy\n\nallow if {\n', /policy\.rego:\d+/],
    ['decides nothing', 'package mcp.policy\n\nother := 1\n', /decision, allow, deny/],
    ['fails its own tests', null, /test_a fails/],
    [
      'never comes to an end',
      'package mcp.policy\n\ndecision := {"allow": count([1 | some i in numbers.range(1, 20000); some j in numbers.range(1, 20000); i == j]) > 1}\n',
      /too slow/,
    ],
    [
      'asks the network',
      'package mcp.policy\n\nallow if http.send({"url": "http://x", "method": "get"}).status_code == 200\n',
      /http\.send/,
    ],
  ])('because it %s leaves the one before it in force', async (_what, rego, why) => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policies = await follow(server.url);
    const test = { 'policy_test.rego': 'package mcp.policy_test\n\ntest_a if false\n' };
    const files = rego === null ? { 'policy.rego': allowing('b'), ...test } : { 'policy.rego': rego };
    server.serve(packed({ '.manifest': manifest('r2'), ...files }));
    const { problem, taken } = await check(policies);
    expect(problem?.message).toMatch(/revision r2 .*is refused/);
    expect(problem?.message).toMatch(why);
    expect([allowed(policies, 'a', 'b'), taken?.revision]).toEqual(['a', 'r1']);
    expect(policies.logged.map(({ event }) => event)).toContain('policy_bundle_refused');
    server.serve(revision('r3', 'b'));
    expect((await check(policies)).problem).toBeNull();
    expect(allowed(policies, 'a', 'b')).toBe('b');
  });

  it('denies every call where none was ever good, whatever lies in the policy folder', async () => {
    const server = await bundleServer();
    const policyDir = folderOf({ 'a.rego': allowing('a') });
    const policies = await follow(server.url, { policyDir });
    expect(policies.decide(call('a'))).toMatchObject({ allow: false, matchedRule: 'policy_unavailable' });
    expect(policies.overview().bundle?.problem?.remedy).toMatch(/every call is denied/);
    expect(policies.overview().problem).toMatch(/No bundle could be taken/);
    server.serve(packed({ '.manifest': manifest('r0'), 'policy.rego': 'package mcp.policy\n' }));
    await check(policies);
    expect(allowed(policies, 'a')).toBe('');
    server.serve(revision('r1', 'b'));
    await check(policies);
    expect(allowed(policies, 'a', 'b')).toBe('b');
  });

  it('is refused where it is not signed, or by somebody else', async () => {
    const folder = temporaryFolder();
    for (const name of ['ours', 'theirs'])
      execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-out', `${name}.pem`], {
        cwd: folder,
        stdio: 'ignore',
      });
    execFileSync('openssl', ['pkey', '-in', 'ours.pem', '-pubout', '-out', 'public.pem'], { cwd: folder });
    const signed = (name: string, tool: string, by: string) =>
      built(
        { '.manifest': manifest(name), 'policy.rego': allowing(tool) },
        '--signing-key',
        join(folder, by),
      );
    const server = await bundleServer();
    server.serve(signed('r1', 'a', 'ours.pem'));
    const userData = temporaryFolder();
    const bundle = { signing: { key_file: join(folder, 'public.pem'), keyid: 'default' } };
    const policies = await follow(server.url, { userData, bundle });
    expect(policies.overview().bundle?.taken?.signedBy).toEqual({ keyId: 'default', algorithm: 'RS256' });
    for (const [archive, why] of [
      [revision('r2', 'b'), /not signed/],
      [signed('r2', 'b', 'theirs.pem'), /does not fit/],
    ] as const) {
      server.serve(archive);
      expect((await check(policies)).problem?.message).toMatch(why);
      expect(allowed(policies, 'a', 'b')).toBe('a');
    }
    // What was kept on disk is verified, too.
    await policies.close();
    writeFileSync(join(userData, 'policy-bundle/bundle.tar.gz'), revision('r2', 'b'));
    const again = await follow(server.url, { userData, bundle });
    expect(allowed(again, 'a', 'b')).toBe('');
    expect(again.overview().problem).toMatch(/No bundle could be taken/);
  });
});

describe('a start without the server', () => {
  it('finds the last good bundle on disk, and asks for changes since then', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const first = await follow(server.url);
    await first.close();
    server.answer((request) => request.socket.destroy());
    const offline = await follow(server.url, { userData: first.userData });
    expect(allowed(offline, 'a', 'b')).toBe('a');
    await expect.poll(() => offline.overview().bundle?.problem?.message).toMatch(/can't be read/);
    expect(await history(offline)).toEqual(['bundle r1']);
    server.answer(null);
    expect((await check(offline)).problem).toBeNull();
    expect(server.asked.at(-1)?.status).toBe(304);
  });

  it('finds none where none is kept', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const first = await follow(server.url, { bundle: { persist: false } });
    expect(allowed(first, 'a')).toBe('a');
    await first.close();
    expect(existsSync(join(first.userData, 'policy-bundle'))).toBe(false);
    server.answer((request) => request.socket.destroy());
    const offline = await follow(server.url, { userData: first.userData, bundle: { persist: false } });
    expect(allowed(offline, 'a')).toBe('');
  });

  it('does not take the bundle of another server', async () => {
    const [server, other] = [await bundleServer(), await bundleServer()];
    server.serve(revision('r1', 'a'));
    const first = await follow(server.url);
    await first.close();
    const moved = await follow(other.url, { userData: first.userData });
    expect(allowed(moved, 'a')).toBe('');
  });
});

describe('answers for always', () => {
  const asking = `package mcp.policy

decision := {"allow": true, "ask": true, "matched_rule": "ask_calls", "violations": []}
`;
  const asked: Call = { ...call('send'), clientId: 'cursor' };
  const wish = { allow: true, scope: 'tool', note: '' } as const;

  it.each([[['']], [['mcp']], [['mcp/policy', 'mcp/answers']]])(
    'are refused in words, and not saved, where a bundle owns %j',
    async (roots) => {
      const server = await bundleServer();
      server.serve(packed({ '.manifest': manifest('r1', roots), 'p.rego': asking }));
      const policies = await follow(server.url);
      const about = { call: asked, decision: policies.decide(asked) };
      const refused = policies.answers.draft(about, wish);
      expect(refused).toMatchObject({
        possible: false,
        why: expect.stringMatching(/the bundle \(revision r1\).*no answers for always/u) as string,
      });
      // Drafted before the bundle came, it is refused where it is saved.
      const draft = answerRego(about, wish, 0);
      if (!draft.possible) throw new Error(draft.why);
      expect(await policies.answers.save(draft, '')).toMatchObject({
        ok: false,
        message: expect.stringMatching(/the package mcp\.answers belongs to the bundle/u) as string,
      });
      expect(policies.answers.list()).toEqual([]);
      expect(existsSync(join(policies.userData, 'policies/answers'))).toBe(false);
    },
  );

  it('count beside a bundle that owns the policy alone', async () => {
    const server = await bundleServer();
    server.serve(packed({ '.manifest': manifest('r1', ['mcp/policy']), 'p.rego': asking }));
    const policies = await follow(server.url);
    const draft = policies.answers.draft({ call: asked, decision: policies.decide(asked) }, wish);
    if (!draft.possible) throw new Error(draft.why);
    expect(await policies.answers.save(draft, '')).toEqual({ ok: true });
    expect(policies.answers.list()).toMatchObject([{ id: draft.id }]);
    expect(policies.standing(asked, policies.decide(asked))).toMatchObject({ allow: true });
    server.serve(packed({ '.manifest': manifest('r2', ['mcp/policy']), 'p.rego': `# r2\n${asking}` }));
    expect((await check(policies)).problem).toBeNull();
    expect(policies.standing(asked, policies.decide(asked))).toMatchObject({ allow: true });
  });
});

describe('local files', () => {
  const rule = 'package mcp.policy\n\ndefault decision := {"allow": false}\n\n';

  it('outside the roots of a bundle count beside it', async () => {
    const server = await bundleServer();
    const roots = ['mcp/policy', 'tools/blocked'];
    const rego = `${rule}decision := {"allow": true} if {\n\tdata.mine.known[input.tool]\n\tnot input.tool in data.tools.blocked\n}\n`;
    server.serve(
      packed({ '.manifest': manifest('r1', roots), 'p.rego': rego, 'tools/data.json': '{"blocked": ["b"]}' }),
    );
    const policyDir = folderOf({
      'mine.rego': 'package mine\n\nknown := {tool | some tool in data.tools.mine}\n',
      'own.rego': allowing('c'),
      'policy_data.json': '{"tools": {"mine": ["a", "b", "d"], "blocked": []}}',
    });
    const policies = await follow(server.url, { policyDir });
    expect(allowed(policies, 'a', 'b', 'c', 'd')).toBe('a,d');
    const { files, fixed } = await policies.commands['policy.files']();
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'mine.rego',
        'own.rego',
        'policy_data.json',
        '@bundle/p.rego',
        '@bundle/.manifest',
      ]),
    );
    const why = (name: string) => fixed.find((file) => file.name === name)?.why;
    expect(why('own.rego')).toMatch(/package mcp\.policy belongs to the bundle \(revision r1\)/);
    // What is left of it counts, so that it is edited as before.
    expect(why('policy_data.json')).toBeUndefined();
    expect(why('@bundle/p.rego')).toMatch(/comes from the bundle/);
    expect(why('mine.rego')).toBeUndefined();
    // An edit of theirs counts at once, beside the same bundle.
    writeFileSync(join(policyDir, 'policy_data.json'), '{"tools": {"mine": ["d"]}}');
    await expect.poll(() => allowed(policies, 'a', 'b', 'c', 'd'), { timeout: 20_000 }).toBe('d');
  });

  it('whose package a bundle owns are told, and are not saved', async () => {
    const server = await bundleServer();
    server.serve(revision('r1', 'a'));
    const policyDir = folderOf({ 'other.rego': 'package other\n\nx := 1\n', 'p.rego': allowing('b') });
    const policies = await follow(server.url, { policyDir });
    expect(policies.overview().diagnostics).toMatchObject([
      { file: 'other.rego', kind: 'bundle', severity: 'warning' },
    ]);
    const { files } = await policies.commands['policy.files']();
    const base = files.find(({ name }) => name === 'p.rego')?.hash ?? null;
    const change = { name: 'p.rego', text: allowing('c'), base };
    const { ok, diagnostics } = await policies.commands['policy.check']({ files: [change] });
    expect(ok).toBe(false);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { file: 'p.rego', kind: 'bundle' },
    ]);
    expect(await policies.commands['policy.save']({ files: [change], note: '' })).toMatchObject({
      outcome: 'refused',
    });
    expect(readFileSync(join(policyDir, 'p.rego'), 'utf8')).toBe(allowing('b'));
    const own = { name: '@bundle/policy.rego', text: allowing('c'), base: null };
    await expect(policies.commands['policy.check']({ files: [own] })).rejects.toThrow(
      /comes from the bundle/,
    );
  });

  it('that are wrong do not keep a bundle from being in force', async () => {
    const server = await bundleServer();
    server.serve(packed({ '.manifest': manifest('r1', ['mcp']), 'p.rego': allowing('a') }));
    const policyDir = folderOf({ 'mine.rego': 'package mine\n\nx if {\n' });
    const policies = await follow(server.url, { policyDir });
    expect(allowed(policies, 'a')).toBe('a');
    expect(policies.overview().problem).toContain('mine.rego');
    expect(policies.overview().bundle?.problem).toBeNull();
    server.serve(packed({ '.manifest': manifest('r2', ['mcp']), 'p.rego': allowing('b') }));
    await check(policies);
    expect(allowed(policies, 'a', 'b')).toBe('b');
    writeFileSync(join(policyDir, 'mine.rego'), 'package mine\n\nx := 1\n');
    await expect.poll(() => policies.overview().problem, { timeout: 20_000 }).toBeNull();
    expect(allowed(policies, 'a', 'b')).toBe('b');
  });

  it('go back to a version of the same bundle, and of no other', async () => {
    const server = await bundleServer();
    const rego = `${rule}decision := {"allow": true} if input.tool in data.mine\n`;
    server.serve(packed({ '.manifest': manifest('r1', ['mcp']), 'p.rego': rego }));
    const policyDir = folderOf({ 'policy_data.json': '{"mine": ["a"]}' });
    const policies = await follow(server.url, { policyDir });
    writeFileSync(join(policyDir, 'policy_data.json'), '{"mine": ["b"]}');
    await expect.poll(() => allowed(policies, 'a', 'b'), { timeout: 20_000 }).toBe('b');
    const { versions } = await policies.commands['policy.history']({ limit: 5 });
    const first = versions.at(-1)?.id ?? 0;
    expect(await policies.commands['policy.rollback']({ id: first })).toMatchObject({ outcome: 'saved' });
    expect(allowed(policies, 'a', 'b')).toBe('a');
    expect(readFileSync(join(policyDir, 'policy_data.json'), 'utf8')).toBe('{"mine": ["a"]}');
    server.serve(packed({ '.manifest': manifest('r2', ['mcp']), 'p.rego': `# now\n${rego}` }));
    await check(policies);
    await expect(policies.commands['policy.rollback']({ id: first })).rejects.toThrow(
      /another bundle.*served at/,
    );
  });
});
