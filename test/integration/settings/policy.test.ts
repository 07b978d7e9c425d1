// What the settings below `policy` do to a gateway that runs; those of bundles have a file of their own.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../harness.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway } from './running-gateway.ts';

const { section: upstream } = await startRawUpstream('stdio');
const denyAll = { 'deny.rego': 'package mcp.policy\n\ndefault allow := false\n' };

it('policy.enabled: without policies every call passes', async () => {
  const proxy = await runGateway({ upstream, policy: { enabled: false } }, { policies: denyAll });
  expect(await (await openCalls(proxy.url)).code()).toBeNull();
  expect(proxy.records().at(-1)).toMatchObject({ decision: 'allow', reason: 'policy_off' });
});

it('policy.mode, policy.modes.servers, policy.modes.clients: what is denied passes in audit, but not where enforce holds', async () => {
  const hash = createHash('sha256').update('a-token').digest('hex');
  const proxy = await runGateway(
    {
      upstream,
      servers: { strict: upstream },
      clients: { careful: { token_hash: hash } },
      policy: {
        mode: 'audit',
        modes: { servers: { strict: 'enforce' }, clients: { careful: 'enforce' } },
      },
    },
    { policies: denyAll },
  );
  const at = async (path: string) => (await openCalls(proxy.url, path)).code();
  expect(await at('')).toBeNull();
  expect(proxy.records().at(-1)).toMatchObject({ decision: 'allow', reason: 'audit_mode' });
  expect(await at('/servers/strict')).toBe(-32001);
  expect(await at('/c/a-token')).toBe(-32001);
});

it('policy.policy_dir, policy.data_file: the rules of this folder decide, by this data', async () => {
  const file = join(temporaryFolder(), 'data.json');
  writeFileSync(file, '{"may": ["read"]}');
  const rules = {
    'listed.rego': 'package mcp.policy\n\ndefault allow := false\n\nallow if input.tool in data.may\n',
  };
  const proxy = await runGateway({ upstream, policy: { data_file: file } }, { policies: rules });
  const { code } = await openCalls(proxy.url);
  expect(await code('read')).toBeNull();
  expect(await code('write')).toBe(-32001);
});

it('policy.json_policy_dir: the JSON policies of this folder decide, too', async () => {
  const folder = join(temporaryFolder(), 'json');
  mkdirSync(folder);
  const rule = {
    id: 'no-mail',
    type: 'blocklist',
    priority: 1,
    enabled: true,
    conditions: { match_type: 'tool', values: ['send_mail'] },
    action: 'deny',
    message: 'No mail from here',
  };
  const policy = { version: '1.0', name: 'office', defaults: { action: 'allow' }, rules: [rule] };
  writeFileSync(join(folder, 'office.json'), JSON.stringify(policy));
  const proxy = await runGateway({ upstream, policy: { json_policy_dir: folder } }, { policies: null });
  const { call } = await openCalls(proxy.url);
  expect((await call('send_mail')).error?.message).toContain('No mail from here');
});

it('policy.watch_for_changes: an edit decides the next call, and else the next start', async () => {
  const started = async (watched: boolean) => {
    const folder = join(temporaryFolder(), 'rules');
    mkdirSync(folder);
    const write = (tool: string) =>
      writeFileSync(
        join(folder, 'p.rego'),
        `package mcp.policy\n\ndefault allow := false\n\nallow if input.tool == "${tool}"\n`,
      );
    write('before');
    const proxy = await runGateway(
      { upstream, policy: { policy_dir: folder, watch_for_changes: watched } },
      { policies: null },
    );
    return { ...(await openCalls(proxy.url)), edit: () => write('after') };
  };
  const watched = await started(true);
  const unwatched = await started(false);
  expect([await watched.code('after'), await unwatched.code('after')]).toEqual([-32001, -32001]);
  watched.edit();
  unwatched.edit();
  await expect.poll(() => watched.code('after'), { timeout: 15_000 }).toBeNull();
  expect(await unwatched.code('after')).toBe(-32001);
}, 30_000);

it('policy.evaluation.timeout: a decision that takes longer is a denial', async () => {
  const slow = {
    'slow.rego':
      'package mcp.policy\n\ndefault allow := false\n\nallow if count([i | some i in numbers.range(1, 60000); i % 7 == 0]) > input.arguments.n\n',
  };
  const at = async (timeout: string) => {
    const proxy = await runGateway({ upstream, policy: { evaluation: { timeout } } }, { policies: slow });
    return (await openCalls(proxy.url)).code('raw', { n: 3 });
  };
  expect(await at('30s')).toBeNull();
  expect(await at('1ms')).toBe(-32001);
}, 60_000);

it('policy.evaluation.strict_builtin_errors: a function that fails denies, or else its rule does not apply', async () => {
  const rules = {
    'n.rego':
      'package mcp.policy\n\ndefault allow := true\n\ndeny if time.parse_rfc3339_ns(input.arguments.n) > 5\n',
  };
  const at = async (strict: boolean) => {
    const policy = { evaluation: { strict_builtin_errors: strict } };
    const proxy = await runGateway({ upstream, policy }, { policies: rules });
    return (await openCalls(proxy.url)).code('raw', { n: 'many' });
  };
  expect(await at(true)).toBe(-32001);
  expect(await at(false)).toBeNull();
});
