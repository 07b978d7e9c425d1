import { cleanup, fireEvent, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyOverview } from '../../../electron/shared/domain.ts';
import { policyLines } from '../../../renderer/views/policies/policy-lines.ts';
import { openWindow, settled } from '../open-window.ts';

const overview: PolicyOverview = {
  source: '/etc/policies',
  entrypoint: 'mcp/policy/decision',
  problem: null,
  diagnostics: [],
  version: 1,
  files: [
    { name: 'a.rego', text: 'package mcp.policy\n\n# Nothing\ndefault allow := false\n' },
    { name: 'data.json', text: '{"blocked_tools": []}' },
  ],
};

async function opened(change: Partial<PolicyOverview> = {}) {
  const all = await openWindow({ 'policy.read': () => ({ ...overview, ...change }) });
  all.app.navigation.go('policies');
  await settled();
  return all;
}

describe('Policies', () => {
  afterEach(cleanup);

  it('shows the files in force, their text, and where they come from', async () => {
    await opened();
    expect(screen.getByText('/etc/policies')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'a.rego' }).textContent).toContain('default allow := false');
    const tab = screen.getByRole('tab', { name: 'a.rego' });
    await fireEvent.keyDown(tab, { key: 'ArrowDown' });
    expect(screen.getByRole('region', { name: 'data.json' }).textContent).toContain('blocked_tools');
    expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'data.json' }));
  });

  it('says why newer files are not in force', async () => {
    await opened({ problem: 'team.rego:14: unexpected token' });
    expect(screen.getByRole('list', { name: 'Problems' }).textContent).toMatch(
      /team\.rego:14.*stays in force/s,
    );
  });

  it('reads them again when somebody comes back from an editor', async () => {
    const { api } = await opened();
    await fireEvent.focus(window);
    expect(api.asked('policy.read')).toHaveLength(2);
  });

  it('says what to do where there is none', async () => {
    await opened({ files: [] });
    expect(screen.getByText('No policy is in force')).toBeTruthy();
  });
});

describe('policyLines', () => {
  const text = 'allow if { # "why"\n\tx == "# no comment" }\nmsg := `raw # string`\n';

  it('loses no character', () => {
    const joined = policyLines(text, true).map((line) => line.map((piece) => piece.text).join(''));
    expect(joined).toEqual(text.trimEnd().split('\n'));
  });

  it('tells comments, strings and keywords apart', () => {
    const kinds = policyLines(text, true).map((line) =>
      line.filter(({ kind }) => kind !== 'plain').map((piece) => [piece.kind, piece.text]),
    );
    expect(kinds).toEqual([
      [
        ['keyword', 'if'],
        ['comment', '# "why"'],
      ],
      [['string', '"# no comment"']],
      [['string', '`raw # string`']],
    ]);
  });

  it('leaves other files plain', () => {
    expect(policyLines('{"if": 1}', false)).toEqual([[{ kind: 'plain', text: '{"if": 1}' }]]);
  });
});
