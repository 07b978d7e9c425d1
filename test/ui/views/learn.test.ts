import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyProposal } from '../../../electron/shared/policy-trial.ts';
import type { Answers } from '../fake-api.ts';
import { sampleApproval } from '../../samples.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleFolder } from '../sample-policies.ts';

const proposal = (tool: string, folders: string[] = []): PolicyProposal => ({
  client: 'Cursor',
  proven: true,
  server: 'files',
  tool,
  prefixes: folders.length === 0 ? [] : [{ argument: 'path', folders }],
  calls: 14,
  firstAt: 1,
  lastAt: 2,
  examples: [],
});

/** The rules that the files were last written from. */
const written = (text: string) => [
  { name: 'learned.rego', text: `package mcp.policy\n# ${text}` },
  { name: 'learned_test.rego', text: 'package mcp.policy_test\n' },
];

const learned = (...proposals: PolicyProposal[]) => ({
  proposals,
  calls: 40,
  withoutArguments: 0,
  cut: false,
  files: written('at first'),
});

async function opened(answers: Answers = {}) {
  const folder = sampleFolder();
  const all = await openWindow({
    ...folder.answers,
    'policy.learn': () => learned(proposal('read_file', ['/home/me/']), proposal('search')),
    'policy.compose': ({ proposals }) => ({ files: written(proposals.map(({ tool }) => tool).join(' ')) }),
    ...answers,
  });
  all.app.navigation.go('policies');
  await screen.findByRole('region', { name: 'Policies' });
  await settled();
  await fireEvent.click(screen.getByRole('radio', { name: 'Learn' }));
  return { ...all, folder };
}

const lastAsked = async (api: Awaited<ReturnType<typeof opened>>['api'], proposals: object[]) =>
  waitFor(() => expect(api.asked('policy.compose').at(-1)).toMatchObject({ proposals }));

describe('Learn', () => {
  afterEach(cleanup);

  it('proposes rules in words, as drafts that are saved like any edit', async () => {
    const { folder } = await opened();
    await fireEvent.click(button('Propose rules'));
    const row = await screen.findByRole('row', { name: /read_file in \/home\/me\/ \(path\) 14/ });
    expect(row).toBeTruthy();
    expect(screen.getByRole('table', { name: 'Cursor uses 2 tools of files' })).toBeTruthy();
    await fireEvent.click(button('Save'));
    await waitFor(() => expect(folder.disk.get('learned.rego')).toContain('at first'));
  });

  it('writes them anew from what is ticked and edited', async () => {
    const { api } = await opened();
    await fireEvent.click(button('Propose rules'));
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Cursor may use search of files' }));
    await lastAsked(api, [{ tool: 'read_file' }]);
    await fireEvent.click(button('Edit read_file'));
    await fireEvent.change(screen.getByLabelText('Folders, one a line'), {
      target: { value: '/srv/data\n/home/me/' },
    });
    await lastAsked(api, [{ prefixes: [{ argument: 'path', folders: ['/srv/data/', '/home/me/'] }] }]);
    await fireEvent.click(screen.getByRole('radio', { name: 'Any arguments' }));
    await lastAsked(api, [{ prefixes: [] }]);
  });

  it('has nothing to save where nothing is ticked, and takes a discard back', async () => {
    const { app } = await opened();
    await fireEvent.click(button('Propose rules'));
    await fireEvent.click(await screen.findByRole('checkbox', { name: /^All of/ }));
    await screen.findByText(/Nothing is ticked/);
    await waitFor(() => expect(app.policies.files.changes).toEqual([]));
    await fireEvent.click(screen.getByRole('checkbox', { name: /^All of/ }));
    await waitFor(() => expect(app.policies.files.changes).toHaveLength(2));
    await fireEvent.click(button('Discard'));
    expect(app.policies.files.changes).toEqual([]);
    await fireEvent.click(button('Undo'));
    expect(app.policies.files.changes).toHaveLength(2);
    expect(screen.getByRole('table', { name: /Cursor uses/ })).toBeTruthy();
  });

  it('says what to do where there is nothing to learn from, or little', async () => {
    let calls = 0;
    await opened({
      'policy.learn': () => ({ ...learned(...(calls === 0 ? [] : [proposal('search')])), calls }),
    });
    await fireEvent.click(button('Propose rules'));
    await screen.findByText('No tool was called in this period');
    calls = 3;
    await fireEvent.click(button('Learn from the whole log'));
    await screen.findByText(/little to learn from/);
  });

  it('says that no rule can be made of a call, and stays where it is', async () => {
    const { app } = await opened({
      'policy.propose': () => ({ possible: false, message: 'No policy was asked about this call.' }),
    });
    await expect(app.policies.ruleFromCall(7)).resolves.toBe(false);
    await screen.findByText(/No policy was asked about this call/);
  });

  it('offers for a denied call an exception from its rule', async () => {
    const { app, api } = await opened({
      'policy.propose': () => ({
        possible: true,
        proposal: proposal('delete_file'),
        rule: 'blocked_tool',
        answer: 'deny',
      }),
    });
    await app.policies.ruleFromCall(7);
    await screen.findByText(/are allowed, whatever the rule blocked_tool says/);
    expect(screen.queryByRole('radio', { name: 'Deny' })).toBeNull();
    await waitFor(() =>
      expect(api.asked('policy.compose').at(-1)).toMatchObject({
        rule: { callId: 7, answer: 'allow', except: 'blocked_tool' },
      }),
    );
  });

  it('learns from exactly the time in which nobody was to be disturbed', async () => {
    const last = { from: 1_000, until: 61_000, as: 'record', calls: 3 } as const;
    const { client, server, method, tool, resource, rule } = sampleApproval('a');
    const kind = { client, server, method, tool, resource, rule, id: 'req_1', arguments: '{}' };
    const { app, api } = await opened({
      'approvals.quiet.read': () => ({
        now: 70_000,
        current: null,
        last,
        unasked: [{ ...kind, calls: 3, lastAt: 2_000 }],
      }),
    });
    app.navigation.go('approvals');
    await fireEvent.click(await screen.findByRole('button', { name: 'Learn rules from it' }));
    await screen.findByRole('row', { name: /read_file/ });
    expect(api.asked('policy.learn')).toEqual([{ from: 1_000, to: 61_000 }]);
    const period = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Period' });
    expect(period.selectedOptions[0]?.textContent).toBe('While you were not to be disturbed');
  });
});
