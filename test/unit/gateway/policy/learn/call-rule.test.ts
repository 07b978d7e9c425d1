import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callRuleFiles } from '../../../../../electron/gateway/policy/learn/call-rule.ts';
import type { PolicyProposal, RuleOfCall } from '../../../../../electron/shared/policy-trial.ts';
import { call, engine } from '../engines.ts';
import { opa, shippedPolicies, temporaryFolder } from '../places.ts';

const proposal: PolicyProposal = {
  client: 'Odd "name"\u2028',
  proven: false,
  server: 'files',
  tool: 'write file!',
  prefixes: [
    { argument: 'path', folders: ['/home/u/project/'] },
    { argument: 'paths', folders: ['/srv/data/'] },
  ],
  calls: 1,
  firstAt: 1,
  lastAt: 1,
  examples: [{ callId: 17, arguments: '{"path": "/home/u/project/a", "paths": ["/srv/data/1"]}' }],
};

/** Beside the shipped policies. */
function folderWith(rule: RuleOfCall, about: PolicyProposal) {
  const folder = temporaryFolder();
  cpSync(shippedPolicies, folder, { recursive: true, filter: (path) => !path.includes('examples') });
  const names = callRuleFiles(about, rule).map(({ name, text }) => {
    writeFileSync(join(folder, name), text);
    return name;
  });
  return { folder, names };
}

const rules: RuleOfCall[] = [
  { callId: 17, answer: 'deny', except: null },
  { callId: 17, answer: 'ask', except: null },
  { callId: 17, answer: 'ask', except: 'blocked_tool' },
  { callId: 17, answer: 'allow', except: 'blocked_tool' },
];

describe('a rule made from a call', { timeout: 30_000 }, () => {
  it.each(rules)('is formatted, keeps to the schema and passes its tests: %j', (rule) => {
    for (const about of [proposal, { ...proposal, proven: true, prefixes: [] }]) {
      const { folder, names } = folderWith(rule, about);
      expect(names).toEqual(['rule_write_file_17.rego', 'rule_write_file_17_test.rego']);
      const run = (...args: string[]) => execFileSync(opa, args, { cwd: folder, encoding: 'utf8' });
      expect(run('fmt', '--list', ...names)).toBe('');
      expect(run('check', '--strict', '--schema', 'input.schema.json', '.')).toBe('');
      expect(run('test', '.')).toMatch(/PASS: \d+\/\d+\s*$/u);
    }
  });

  async function decides(rule: RuleOfCall, about: Partial<PolicyProposal> = {}, blocked = '[]') {
    const { folder } = folderWith(rule, { ...proposal, client: 'Cursor', tool: 'write', ...about });
    const dataFile = join(folder, 'data.json');
    writeFileSync(dataFile, `{"blocked_tools": ${blocked}}`);
    const { decide } = await engine({ policyDir: folder, dataFile });
    return (path: unknown, server = 'files') => {
      const args: Record<string, unknown> = path === undefined ? {} : { path };
      const { allow, ask } = decide({
        ...call('write', args),
        server,
        clientId: null,
        client: { name: 'Cursor', version: '1' },
      });
      return allow ? (ask ? 'ask' : 'allow') : 'deny';
    };
  }

  it('denies what may lead into the folders', async () => {
    const of = await decides({ callId: 1, answer: 'deny', except: null });
    expect(
      ['/home/u/project/x', '/home/u/project', '/tmp/../home/u/project/x', ['/a', '/home/u/project/x']].map(
        (path) => of(path),
      ),
    ).toEqual(['deny', 'deny', 'deny', 'deny']);
    expect(['/home/u/other', undefined, 7].map((path) => of(path))).toEqual(['allow', 'allow', 'allow']);
    expect(of('/home/u/project/x', 'other')).toBe('allow');
  });

  it('makes an exception for what certainly stays inside, and for nothing else', async () => {
    const of = await decides({ callId: 1, answer: 'allow', except: 'blocked_tool' }, {}, '["write"]');
    expect(of('/home/u/project/x')).toBe('allow');
    expect(
      ['/home/u/project/../x', '/etc/passwd', ['/home/u/project/x', '/etc'], 7].map((path) => of(path)),
    ).toEqual(['deny', 'deny', 'deny', 'deny']);
  });

  it('asks about what was denied, and lets nothing through unasked', async () => {
    const of = await decides({ callId: 1, answer: 'ask', except: 'blocked_tool' }, {}, '["write"]');
    expect([of('/home/u/project/x'), of(undefined), of('/etc/passwd')]).toEqual(['ask', 'ask', 'deny']);
  });

  it('leaves what other rules deny', async () => {
    const rule = { callId: 1, answer: 'allow', except: 'missing_capability' } as const;
    const of = await decides(rule, { prefixes: [] }, '["write"]');
    expect(of(undefined)).toBe('deny');
  });

  it('can not allow without knowing from what it is an exception', () => {
    expect(() => callRuleFiles(proposal, { callId: 1, answer: 'allow', except: null })).toThrow(TypeError);
  });
});
