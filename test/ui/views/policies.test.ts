import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { PolicyTried } from '../../../electron/shared/policy-trial.ts';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleFiles, sampleFolder } from '../sample-policies.ts';

async function opened(answers: Answers = {}, folder = sampleFolder(), calls = 0) {
  const all = await openWindow({ ...folder.answers, ...answers }, calls);
  all.app.navigation.go('policies');
  await screen.findByRole('region', { name: 'Policies' });
  await settled();
  const edit = async (name: string, text: string) => {
    all.app.policies.edit(name, text);
    await settled();
  };
  return { ...all, ...folder, folder, edit };
}

const tab = (name: string | RegExp) => screen.getByRole('tab', { name });
const state = () =>
  within(screen.getByRole('region', { name: 'Policies' })).getAllByRole('status')[0]?.textContent;

describe('Policies', () => {
  afterEach(cleanup);

  it('shows the files by kind, and goes through them with the arrows', async () => {
    await opened();
    expect(state()).toMatch(/Saved and in force/);
    await fireEvent.keyDown(tab('ask.rego'), { key: 'ArrowDown' });
    expect(tab('ask_test.rego').getAttribute('aria-selected')).toBe('true');
    expect(document.activeElement).toBe(tab('ask_test.rego'));
  });

  it('opens the file in an editor, in a shadow root', async () => {
    await opened();
    await waitFor(() => {
      const text = [...document.querySelectorAll('*')]
        .map(({ shadowRoot }) => shadowRoot?.textContent ?? '')
        .join('');
      expect(text).toContain('default ask := false');
    });
  });

  it('says what is wrong while it is typed, and leads to the place', async () => {
    const { edit, app } = await opened();
    await edit('ask.rego', 'package mcp.policy\n\nallow if wrong\n');
    const list = await screen.findByRole('list', { name: 'Problems of the policies' });
    expect(list.textContent).toMatch(/var wrong is unsafe.*ask\.rego:3:10/s);
    expect(tab(/ask\.rego.*unsaved, 1 error/)).toBeTruthy();
    await fireEvent.click(within(list).getByRole('button'));
    expect(app.policies.place).toEqual({ name: 'ask.rego', line: 3, column: 10 });
  });

  it('saves with Ctrl+S and a note, and takes it back', async () => {
    const { edit, disk, versions } = await opened();
    await edit('ask.rego', 'package mcp.policy\n');
    expect(state()).toMatch(/1 file is not saved/);
    await fireEvent.input(screen.getByLabelText(/note for the history/), { target: { value: 'Less' } });
    await fireEvent.keyDown(window, { key: 's', ctrlKey: true });
    await waitFor(() => expect(disk.get('ask.rego')).toBe('package mcp.policy\n'));
    await waitFor(() => expect(state()).toMatch(/Saved and in force/));
    expect(versions[0]).toMatchObject({ by: 'window', note: 'Less' });
    await fireEvent.click(button('Undo'));
    await waitFor(() => expect(disk.get('ask.rego')).toContain('default ask'));
  });

  it('writes nothing that is wrong, says what and where, and loses nothing', async () => {
    const { edit, disk, app } = await opened();
    await edit('ask.rego', 'wrong');
    await fireEvent.click(button('Save'));
    await waitFor(() => expect(state()).toMatch(/Not saved.*has not changed/));
    expect(disk.get('ask.rego')).toContain('default ask');
    expect(app.policies.files.current?.text).toBe('wrong');
    expect(screen.getByRole('list', { name: 'Problems of the policies' }).textContent).toContain(
      'ask.rego:1:1',
    );
  });

  it('keeps both texts where another program was quicker, until one is chosen', async () => {
    const { edit, disk, app } = await opened();
    await edit('ask.rego', 'package mine');
    disk.set('ask.rego', 'package theirs');
    await fireEvent.click(button('Save'));
    await screen.findByText(/changed by another program.*Both are kept/);
    expect([disk.get('ask.rego'), app.policies.files.current?.text]).toEqual([
      'package theirs',
      'package mine',
    ]);
    await fireEvent.click(button('Keep mine'));
    await fireEvent.click(button('Save'));
    await waitFor(() => expect(disk.get('ask.rego')).toBe('package mine'));
  });

  it('notices edits of other programs', async () => {
    const { api, disk, app } = await opened();
    disk.set('ask.rego', 'package theirs');
    api.emit('policy.changed', { version: 2 });
    await waitFor(() => expect(app.policies.files.current?.text).toBe('package theirs'));
  });

  it('makes a new file under a name that is allowed', async () => {
    const { app } = await opened();
    await fireEvent.click(button('New file'));
    const field = screen.getByLabelText('Name of the new file');
    await fireEvent.input(field, { target: { value: 'ask.rego' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(screen.getByText('There is a file ask.rego already.')).toBeTruthy();
    await fireEvent.input(field, { target: { value: 'mine.rego' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(app.policies.files.current).toMatchObject({ name: 'mine.rego', state: 'new' });
  });

  it('formats the file in the editor', async () => {
    const { app } = await opened({ 'policy.format': () => ({ ok: true, text: 'package formatted\n' }) });
    await fireEvent.keyDown(window, { key: 'F', ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(app.policies.files.current?.text).toBe('package formatted\n'));
  });

  it('runs the tests and says what became of them', async () => {
    const result = { package: 'p', file: 'ask_test.rego', line: 3, durationMicros: 200, message: null };
    await opened({
      'policy.test': () => ({
        diagnostics: [],
        results: [
          { ...result, name: 'test_good', outcome: 'passed' },
          { ...result, name: 'test_bad', outcome: 'failed' },
        ],
        coverage: [{ file: 'ask.rego', covered: [], notCovered: [{ from: 3, to: 3 }], percent: 50 }],
      }),
    });
    await fireEvent.click(button('Test'));
    await screen.findByText('1 of 2 tests failed.');
    const rows = within(screen.getByRole('list', { name: 'Tests' })).getAllByRole('button');
    expect(rows[0]?.textContent).toContain('test_bad');
    expect(screen.getByRole('list', { name: 'Coverage' }).textContent).toMatch(/ask\.rego.*50 %/s);
  });

  it('lists versions, shows what one would change, and puts it back', async () => {
    const { edit, disk } = await opened();
    await edit('ask.rego', 'package mcp.policy\n');
    await fireEvent.click(button('Save'));
    await waitFor(() => expect(state()).toMatch(/Saved and in force/));
    await fireEvent.click(tab('History'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Look at version 1' }));
    await screen.findByText('Putting it back changes 1 file.');
    await fireEvent.click(tab('ask_test.rego'));
    expect(screen.queryByText('Putting it back changes 1 file.')).toBeNull();
    await fireEvent.click(button('Look at version 1'));
    await screen.findByText('Putting it back changes 1 file.');
    await fireEvent.click(button('Put it back'));
    await waitFor(() => expect(disk.get('ask.rego')).toContain('default ask'));
  });

  it('tries a recorded call, from its record, and shows the rules that fired', async () => {
    const tried: PolicyTried = {
      outcome: 'decided',
      decision: {
        answer: 'deny',
        violations: ['No notes today'],
        matchedRule: 'mine',
        requiredCapability: null,
        message: null,
      },
      rules: [{ name: 'objections', file: 'ask.rego', line: 3, title: 'Mine', isDefault: false }],
      lines: [],
      printed: [],
      traceProblem: null,
    };
    const { app, api } = await opened(
      { 'policy.input': () => ({ known: true, inputs: ['{"tool": "x"}'] }), 'policy.try': () => tried },
      sampleFolder(),
      3,
    );
    app.navigation.go('activity');
    app.activity.open(2);
    await settled();
    await fireEvent.click(await screen.findByRole('button', { name: 'Try in policy' }));
    await screen.findByText('No notes today');
    expect(api.asked('policy.input')).toEqual([{ callId: 2 }]);
    expect(button(/objections/).textContent).toMatch(/ask\.rego:3.*Mine/s);
  });

  it('replays the last calls, with progress, and opens the record of one that changes', async () => {
    const replay = { id: 1, diagnostics: [], problem: null, total: 10, skipped: [], elapsedMs: 1 };
    const { api, app } = await opened(
      {
        'policy.replay': () => ({ ...replay, state: 'running', decided: 4, changed: 0, changes: [] }),
        'policy.replay.cancel': () => true,
        'policy.replay.changes': () => ({
          changes: [
            {
              callId: 2,
              at: 1,
              client: 'claude-ai',
              server: 'notes',
              method: 'tools/call',
              tool: 'read_note',
              resource: null,
              from: 'allow',
              fromRule: null,
              to: 'deny',
              toRule: 'mine',
              violations: [],
            },
          ],
          more: false,
        }),
      },
      sampleFolder(),
      3,
    );
    await fireEvent.click(tab('Replay'));
    await fireEvent.click(button('Replay'));
    await screen.findByText('4 of 10 calls, 0 would change.');
    await fireEvent.click(button('Stop'));
    expect(api.asked('policy.replay.cancel')).toEqual([{ id: 1 }]);
    const changes = [{ from: 'allow', to: 'deny', calls: 1 }] as const;
    api.emit('policy.replay.changed', {
      ...replay,
      state: 'done',
      decided: 10,
      changed: 1,
      changes: [...changes],
    });
    await screen.findByText('1 of 10 calls would change: 1 from Allow to Deny.');
    await fireEvent.click(await screen.findByTitle('Open the record'));
    expect([app.navigation.view, app.activity.details.id]).toEqual(['activity', 2]);
  });

  it('offers what the app ships anew, as an edit', async () => {
    const { app } = await opened({
      'policy.updates': () => [
        {
          name: 'ask.rego',
          own: 'a',
          ownHash: '0'.repeat(64),
          shipped: 'package shipped',
          shippedHash: '1'.repeat(64),
        },
      ],
    });
    await fireEvent.click(await screen.findByRole('tab', { name: /Updates/ }));
    await fireEvent.click(button('Take it as an edit'));
    expect(app.policies.files.current).toMatchObject({
      name: 'ask.rego',
      state: 'edited',
      text: 'package shipped',
    });
  });

  it('sets what becomes of a tool without Rego, and shows what each client gets of it', async () => {
    const client = {
      id: 'ci',
      name: 'CI',
      source: 'window',
      tags: [],
      createdAt: 1,
      lastSeenAt: null,
    } as const;
    const { app } = await opened(
      { 'clients.list': () => [{ ...client, capabilities: [], tags: [] }] },
      sampleFolder({
        ...sampleFiles,
        'block.rego': 'data.blocked_tools data.ask_tools data.tool_capabilities',
      }),
      1,
    );
    await fireEvent.click(screen.getByRole('radio', { name: 'Tools' }));
    const row = (await screen.findByText('read_note')).closest('tr') ?? expect.fail();
    expect(within(row).getAllByRole('cell').at(-1)?.textContent).toContain('Allow');
    await fireEvent.click(within(row).getByRole('radio', { name: 'Deny' }));
    expect(within(row).getAllByRole('cell').at(-1)?.textContent).toContain('Deny');
    await fireEvent.click(button('Edit the data'));
    expect(JSON.parse(app.policies.files.current?.text ?? '')).toMatchObject({
      blocked_tools: ['read_note'],
    });
  });

  it('says why newer files are not in force', async () => {
    const folder = sampleFolder();
    const overview = await folder.answers['policy.read']?.();
    if (overview === undefined) expect.fail();
    await opened(
      { 'policy.read': () => ({ ...overview, problem: 'team.rego:14: unexpected token' }) },
      folder,
    );
    expect((await screen.findByRole('list', { name: 'Problems' })).textContent).toMatch(
      /team\.rego:14.*stays in force/s,
    );
  });

  it('says what to do where there is no file, and where they can not be read', async () => {
    await opened({}, sampleFolder({}));
    expect(screen.getByText('No policy yet')).toBeTruthy();
    cleanup();
    await opened({
      'policy.files': () => {
        throw new Error('EACCES');
      },
    });
    expect(screen.getByText("The policy files couldn't be read")).toBeTruthy();
  });
});
