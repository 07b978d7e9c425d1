import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { learnedFiles } from '../../../../../electron/gateway/policy/learn/learned-rego.ts';
import { createUseCollector } from '../../../../../electron/gateway/policy/learn/uses.ts';
import type { RecordedUse } from '../../../../../electron/gateway/call.ts';
import type { PolicyProposal } from '../../../../../electron/shared/policy-trial.ts';
import { opa, shippedPolicies, temporaryFolder } from '../places.ts';

function use(
  tool: string,
  args: Record<string, unknown> | null,
  change: Partial<RecordedUse> = {},
): RecordedUse {
  return {
    id: 1,
    at: 1000,
    server: 'files',
    tool,
    client: { name: 'Cursor', version: '1' },
    clientId: null,
    arguments: args,
    ...change,
  };
}

function proposalsOf(...uses: RecordedUse[]): PolicyProposal[] {
  const collector = createUseCollector();
  uses.forEach((each, index) => collector.add({ ...each, id: index + 1 }));
  return collector.proposals().proposals;
}

/** Beside the shipped policies; returns what OPA says of them. */
function written(proposals: readonly PolicyProposal[]) {
  const folder = temporaryFolder();
  cpSync(shippedPolicies, folder, { recursive: true, filter: (path) => !path.includes('examples') });
  const names = learnedFiles(proposals).map(({ name, text }) => {
    writeFileSync(join(folder, name), text);
    return name;
  });
  const run = (...args: string[]) => execFileSync(opa, args, { cwd: folder, encoding: 'utf8' });
  return {
    unformatted: run('fmt', '--list', ...names),
    check: () => run('check', '--strict', '--schema', 'input.schema.json', '.'),
    tests: () => run('test', '.'),
  };
}

const uses = [
  use('read_file', { path: '/home/u/project/a.ts' }),
  use('read_file', { path: '/home/u/project/src/b.ts' }),
  use('search', { query: 'x', path: '/home/u/project' }),
  use('read_many', { paths: ['/srv/data/1', '/srv/data/2'] }),
  use('list', {}, { clientId: 'cursor' }),
  use(
    'open',
    { path: String.raw`C:\Users\me\notes\a.txt` },
    { client: { name: 'Odd "name"\u007f\u2028 ü${x}', version: '' } },
  ),
];

describe('the learned files', { timeout: 30_000 }, () => {
  it('are formatted, keep to the schema, and pass their tests and those of the shipped policies', () => {
    const { unformatted, check, tests } = written(proposalsOf(...uses));
    expect(unformatted).toBe('');
    expect(check()).toBe('');
    expect(tests()).toMatch(/PASS: \d+\/\d+\s*$/u);
  });

  it('are such also for nothing at all', () => {
    const { unformatted, check, tests } = written([]);
    expect(unformatted).toBe('');
    expect(check()).toBe('');
    expect(tests()).toMatch(/PASS: \d+\/\d+\s*$/u);
  });

  it('deny the examples that an edit has shut out', () => {
    const [read] = proposalsOf(...uses.slice(0, 2));
    if (read === undefined) throw new Error('no proposal');
    const narrow = { ...read, prefixes: [{ argument: 'path', folders: ['/home/u/project/src/'] }] };
    const { tests } = written([narrow]);
    expect(tests()).toMatch(/PASS/u);
    const rules = learnedFiles([narrow])[1]?.text.split('calls_not_learned')[1];
    expect(rules).toContain('/home/u/project/a.ts');
  });
});

describe('proposals', () => {
  it('say who used what, how often, since when, and below which folders', () => {
    const [one, ...others] = proposalsOf(
      use('read_file', { path: '/home/u/project/a.ts', mode: '/etc' }, { at: 5000 }),
      use('read_file', { path: '/home/u/project/src/b.ts', mode: 'fast' }, { at: 4000 }),
    );
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      client: 'Cursor',
      proven: false,
      server: 'files',
      tool: 'read_file',
      calls: 2,
      firstAt: 4000,
      lastAt: 5000,
      prefixes: [{ argument: 'path', folders: ['/home/u/project/'] }],
      examples: [
        { callId: 1, arguments: '{"path":"/home/u/project/a.ts"}' },
        { callId: 2, arguments: '{"path":"/home/u/project/src/b.ts"}' },
      ],
    });
  });

  it('tell a client that proved its id from one that calls itself so', () => {
    const both = proposalsOf(use('a', {}, { clientId: 'Cursor' }), use('a', {}));
    expect(both.map(({ client, proven }) => [client, proven])).toEqual([
      ['Cursor', false],
      ['Cursor', true],
    ]);
  });

  it('have no folders where arguments are not known, or were no paths once', () => {
    expect(proposalsOf(use('a', { path: '/home/u/a' }), use('a', null))[0]?.prefixes).toEqual([]);
    expect(proposalsOf(use('a', { path: '/home/u/a' }), use('a', { path: 7 }))[0]?.prefixes).toEqual([]);
    expect(proposalsOf(use('a', { path: '/home/u/../a' }))[0]?.prefixes).toEqual([]);
  });
});
