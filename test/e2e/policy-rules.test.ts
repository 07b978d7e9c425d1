// From recorded calls to rules, in the real window: tried with a trace, replayed before they are saved, learned, made of one call.
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { type AppInWindow, startApp } from './app.ts';

async function started(): Promise<AppInWindow & { client: SdkClient }> {
  const running = await startApp();
  await running.page.getByRole('status').getByText('Running', { exact: true }).waitFor();
  const client = await connectSdkClient('streamable-http', running.url);
  onTestFinished(() => client.close());
  return { ...running, client };
}

async function openPolicies({ page }: AppInWindow, part?: 'Tools' | 'Learn'): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Policies' }).click();
  if (part !== undefined) await page.getByRole('radio', { name: part }).click();
}

async function save({ page }: AppInWindow): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/^Saved and in force\./).waitFor();
}

async function openRecord({ page }: AppInWindow, tool: string): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Activity' }).click();
  await page.getByRole('row').filter({ hasText: tool }).first().click();
}

const denied = { code: -32001 };

describe('rules out of recorded calls', () => {
  it('shows why a recorded call was denied: the rules that fired, and the lines that held', async () => {
    const running = await started();
    const { page, client } = running;
    await expect(client.call('delete_note', { name: 'welcome' })).rejects.toMatchObject(denied);
    await openRecord(running, 'delete_note');
    await page.getByRole('button', { name: 'Try in policy' }).click();
    await page.getByRole('heading', { name: 'Rules that fired' }).waitFor();
    await page.getByRole('button', { name: /objections\s*capabilities\.rego:\d+/ }).click();
    await page.locator('.cov-yes').first().waitFor();
    expect(await page.locator('.cov-yes').count()).toBeGreaterThan(0);
    expect(running.complaints).toEqual([]);
  });

  it('lists the recorded calls that an edit would decide otherwise, before it is saved', async () => {
    const running = await started();
    const { page, client } = running;
    for (const name of ['welcome', 'ideas']) await client.call('read_note', { name }).catch(() => null);
    await client.call('list_notes');
    await openPolicies(running);
    await page.getByRole('tab', { name: 'decision.rego' }).first().click();
    await page.getByRole('textbox', { name: 'decision.rego' }).click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.insertText(
      '\nobjections contains {"rule": "no_listing", "message": "Listing is off"} if input.tool == "list_notes"\n',
    );
    await page.getByRole('tab', { name: 'Replay' }).click();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText(/^1 of \d+ calls would change: 1 from Allow to Deny\./).waitFor();
    const changes = page.getByRole('list', { name: 'Calls that would be answered otherwise' });
    await changes.getByText('Listing is off').waitFor();
    await changes.getByRole('button', { name: /Try it/ }).click();
    await page.locator('code', { hasText: 'no_listing' }).first().waitFor();
    // Nothing was saved: the policy in force still lets it through.
    await expect(client.call('list_notes')).resolves.toContain('welcome');
  });

  it('learns from what was called, and denies what was not, in tools and in folders', async () => {
    const running = await started();
    const { page, client } = running;
    const inside = { name: 'welcome', path: '/home/me/project/a.md' };
    await client.call('read_note', inside);
    await client.call('read_note', { ...inside, path: '/home/me/project/docs/b.md' });
    await client.call('list_notes');
    await openPolicies(running, 'Learn');
    await page.getByRole('button', { name: 'Propose rules' }).click();
    await page.getByRole('row', { name: /read_note.*in \/home\/me\/project\/ \(path\)/ }).waitFor();
    await page.getByRole('checkbox', { name: /may use list_notes/ }).uncheck();
    await page.getByRole('radio', { name: 'Rego' }).click();
    await page.getByRole('textbox', { name: 'learned.rego' }).getByText('"/home/me/project/"').waitFor();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText(/All \d+ tests passed/).waitFor();
    await page.getByRole('tab', { name: 'Replay' }).click();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText(/^1 of 3 calls would change: 1 from/).waitFor();
    await save(running);

    await expect(client.call('read_note', inside)).resolves.toContain('Welcome');
    await expect(client.call('read_note', { ...inside, path: '/etc/passwd' })).rejects.toMatchObject(denied);
    await expect(client.call('list_notes')).rejects.toMatchObject(denied);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/is back in force/).waitFor();
    await expect(client.call('list_notes')).resolves.toContain('welcome');
    expect(running.complaints).toEqual([]);
  });

  it('makes a rule of one call, and an exception from the rule that denied one', async () => {
    const running = await started();
    const { page, client } = running;
    await client.call('list_notes');
    await expect(client.call('delete_note', { name: 'welcome' })).rejects.toMatchObject(denied);
    await openRecord(running, 'list_notes');
    await page.getByRole('button', { name: 'Make a rule' }).click();
    await page.getByText('Calls like this one are denied.').waitFor();
    await page.getByText('2 files are not saved.').waitFor();
    await save(running);
    await expect(client.call('list_notes')).rejects.toMatchObject(denied);

    await openRecord(running, 'delete_note');
    await page.getByRole('button', { name: 'Make a rule' }).click();
    await page.getByText(/are allowed, whatever the rule missing_capability says/).waitFor();
    await page.getByText('2 files are not saved.').waitFor();
    await save(running);
    await expect(client.call('delete_note', { name: 'welcome' })).resolves.toContain('welcome');
    await expect(client.call('list_notes')).rejects.toMatchObject(denied);
  });

  it('shows a JSON policy as Rego while it is written, marks a mistake by its field, and takes it into force', async () => {
    const running = await started();
    const { page, client } = running;
    await openPolicies(running);
    await page.getByRole('button', { name: 'New file' }).click();
    await page.getByLabel('Name of the new file').fill('json/desk.json');
    await page.keyboard.press('Enter');
    const rego = page.getByRole('region', { name: 'json/desk.json as Rego' });
    await rego.getByText('"tool_to_deny"').first().waitFor();
    await page.getByRole('textbox', { name: 'json/desk.json. Tab' }).click();
    const policy = (kind: string) => {
      const conditions = { match_type: kind, values: ['list_notes'] };
      const rule = { id: 'no-listing', type: 'blocklist', conditions, action: 'deny' };
      return JSON.stringify({ version: '1.0', name: 'desk', defaults: { action: 'allow' }, rules: [rule] });
    };
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(policy('tol'));
    await rego.getByRole('button', { name: /rule no-listing: conditions\.match_type/ }).click();
    await page.locator('.cm-lint-marker-error').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(policy('tool'));
    await rego.getByText('"list_notes"').first().waitFor();
    await save(running);
    await expect(client.call('list_notes')).rejects.toMatchObject(denied);
  });

  it('saves a change of the lists of tools like any edit, and takes it back', async () => {
    const running = await started();
    const { page, client } = running;
    await client.call('list_notes');
    await openPolicies(running, 'Tools');
    await page
      .getByRole('radiogroup', { name: 'What becomes of list_notes' })
      .getByRole('radio', { name: 'Deny' })
      .click();
    await expect(client.call('list_notes')).resolves.toContain('welcome');
    await save(running);
    await expect(client.call('list_notes')).rejects.toMatchObject(denied);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/is back in force/).waitFor();
    await expect(client.call('list_notes')).resolves.toContain('welcome');
  });
});
