// A client's whole life in the real window: it gets a token, is seen with it, and is thrown out.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connectSdkClientBy } from '../integration/sdk-client.ts';
import { startApp } from './app.ts';

const stdioEntry = z.object({
  mcpServers: z.object({
    'mcp-proxy': z.object({
      command: z.string(),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
  }),
});

it('registers a client, shows its token once, its session as proven, and ends that', async () => {
  const { page, url, app, complaints } = await startApp();
  await page.getByRole('navigation').getByRole('button', { name: 'Clients' }).click();
  await page.getByRole('button', { name: 'Register a client' }).click();
  await page.getByLabel('Name').fill('The test');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('button', { name: 'Copy the token' }).click();
  const token = await app.evaluate(({ clipboard }) => clipboard.readText());
  expect(token).toMatch(/^mcpp_/u);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain(token);

  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } });
  const client = await connectSdkClientBy(transport);
  onTestFinished(() => client.client.close());
  expect(await client.call('list_notes')).toContain('welcome');
  const sessions = page.getByRole('region', { name: '1 open session' });
  await sessions.getByRole('button', { name: 'The test', exact: true }).waitFor();
  expect(await sessions.getByRole('listitem').innerText()).toMatch(/sdk client/u);

  await sessions.getByRole('button', { name: 'End the session of sdk client' }).click();
  await page.getByText('Ended the session of sdk client.').first().waitFor();
  await page.getByRole('region', { name: 'No session is open' }).waitFor();
  await expect(client.call('list_notes')).rejects.toMatchObject({ code: 404 });

  // By its token it may come back, until that is void.
  const returned = await connectSdkClientBy(
    new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }),
  );
  onTestFinished(() => returned.client.close());
  await page.getByRole('button', { name: /^The test the-test/u }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Removed The test.').first().waitFor();
  await expect(returned.call('list_notes')).rejects.toMatchObject({ code: 401 });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: /^The test the-test/u }).waitFor();
  expect(complaints).toEqual([]);
});

it('gives clients that speak stdio alone an entry that works as it is', async () => {
  const { page, app } = await startApp();
  await page.getByRole('navigation').getByRole('button', { name: 'Clients' }).click();
  await page.getByRole('button', { name: 'Register a client' }).click();
  await page.getByLabel('Name').fill('By stdio');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText('Claude Desktop, and others that start a command').click();
  await page.getByRole('button', { name: 'Copy the entry for Claude Desktop' }).click();
  const copied: unknown = JSON.parse(await app.evaluate(({ clipboard }) => clipboard.readText()));
  const client = await connectSdkClientBy(
    new StdioClientTransport(stdioEntry.parse(copied).mcpServers['mcp-proxy']),
  );
  onTestFinished(() => client.close());
  expect(await client.call('list_notes')).toContain('welcome');
  const session = page.getByRole('region', { name: '1 open session' });
  await session.getByRole('button', { name: 'By stdio', exact: true }).waitFor();
});
