// The main job in the real window: what a client does is seen, stopped and asked about.
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectSdkClient, type SdkClient } from '../integration/sdk-client.ts';
import { startApp, type AppInWindow } from './app.ts';

async function connect({ page, url }: AppInWindow): Promise<SdkClient> {
  await page.getByRole('status').getByText('Running', { exact: true }).waitFor();
  const client = await connectSdkClient('streamable-http', url);
  onTestFinished(() => client.close());
  return client;
}

const view = ({ page }: AppInWindow, name: string) =>
  page.getByRole('navigation').getByRole('button', { name });

describe('the window', () => {
  it('opens and shows where clients are to be pointed', async () => {
    const running = await startApp();
    await running.page.getByText(`${running.url}/mcp`, { exact: true }).waitFor();
    expect(await running.page.title()).toBe('MCP Proxy Desktop');
  });

  it('shows a call of a real client within a second', async () => {
    const running = await startApp();
    await view(running, 'Activity').click();
    const client = await connect(running);
    await client.call('list_notes');
    const row = running.page.getByRole('row').filter({ hasText: 'list_notes' });
    await row.waitFor({ timeout: 1000 });
    expect(await row.innerText()).toContain('Allowed');
  });

  it('shows a call that the policy denies, and why', async () => {
    const running = await startApp();
    await view(running, 'Activity').click();
    const client = await connect(running);
    await expect(client.call('delete_note', { name: 'welcome' })).rejects.toMatchObject({ code: -32001 });
    const row = running.page.getByRole('row').filter({ hasText: 'delete_note' });
    await row.waitFor({ timeout: 1000 });
    expect(await row.innerText()).toContain('Denied');
    await row.click();
    await running.page.getByText('welcome').first().waitFor();
  });

  it('pauses everything: calls are denied until it is resumed', async () => {
    const running = await startApp();
    const client = await connect(running);
    await running.page.getByRole('button', { name: 'Pause everything' }).click();
    await running.page.getByRole('status').getByText('Paused', { exact: true }).waitFor();
    await expect(client.call('list_notes')).rejects.toMatchObject({ code: -32001 });
    await running.page.getByRole('button', { name: 'Resume' }).first().click();
    await running.page.getByRole('status').getByText('Running', { exact: true }).waitFor();
    await expect(client.call('list_notes')).resolves.toContain('welcome');
  });

  it.each([
    ['Allow', 'allowed'],
    ['Deny', 'denied'],
  ])('asks about a doubtful call, and does as it is told: %s', async (button, end) => {
    const running = await startApp();
    const client = await connect(running);
    const call = client.call('send_note', { name: 'ideas', to: 'ada@example.com' }).then(
      () => 'allowed',
      (error: unknown) => ((error as { code?: number }).code === -32001 ? 'denied' : String(error)),
    );
    await view(running, 'Approvals').click();
    const card = running.page.getByRole('article');
    await card.getByText('ada@example.com').first().waitFor();
    await card.getByRole('button', { name: button }).click();
    expect(await call).toBe(end);
    await running.page.getByText('Nothing waits').waitFor();
  });

  it('takes the tour of three calls', async () => {
    const running = await startApp();
    await running.page.getByRole('button', { name: 'Run the three calls' }).click();
    await view(running, 'Approvals').click();
    await running.page.getByRole('article').getByRole('button', { name: 'Allow' }).click();
    await view(running, 'Activity').click();
    for (const [tool, verdict] of [
      ['list_notes', 'Allowed'],
      ['delete_note', 'Denied'],
      ['send_note', 'Allowed'],
    ] as const) {
      const row = running.page.getByRole('row').filter({ hasText: tool }).first();
      await row.waitFor();
      expect(await row.innerText()).toContain(verdict);
    }
  });
});
