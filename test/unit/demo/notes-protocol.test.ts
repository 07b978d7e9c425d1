// The demo server as a client sees it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openNotesFolder } from '../../../electron/demo/notes-folder.ts';
import { announceChanges, createNotesServer } from '../../../electron/demo/notes-protocol.ts';

let folder: string;
let client: Client;
let stopAnnouncing: () => void;

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'notes-')), 'notes');
  const server = createNotesServer(await openNotesFolder(folder), '1.2.3');
  stopAnnouncing = announceChanges(server, folder);
  client = new Client({ name: 'test', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
});
afterEach(async () => {
  stopAnnouncing();
  await client.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const call = (name: string, given: Record<string, unknown> = {}) =>
  client.callTool({ name, arguments: given });

describe('tools', () => {
  it('say whether they only read', async () => {
    const { tools } = await client.listTools();
    expect(Object.fromEntries(tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint]))).toEqual({
      list_notes: true,
      read_note: true,
      write_note: false,
      delete_note: false,
      send_note: false,
    });
    expect(tools.filter((tool) => tool.annotations?.destructiveHint).map((tool) => tool.name)).toEqual([
      'write_note',
      'delete_note',
    ]);
  });

  it('list, write, read, send and delete', async () => {
    await call('write_note', { name: 'plan', text: 'rest' });
    expect(await call('list_notes')).toMatchObject({
      content: [{ text: expect.stringContaining('- plan (4 bytes') as string }],
    });
    expect(await call('read_note', { name: 'plan' })).toMatchObject({ content: [{ text: 'rest' }] });
    expect(await call('send_note', { name: 'plan', to: 'anna' })).toMatchObject({
      content: [{ text: expect.stringContaining('Nothing left this machine') as string }],
    });
    expect(await call('delete_note', { name: 'plan' })).not.toHaveProperty('isError');
    expect(await call('read_note', { name: 'plan' })).toMatchObject({ isError: true });
  });

  it('answer a bad name with a tool error that says what would be right', async () => {
    expect(await call('read_note', { name: '../secret' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('letters, digits') as string }],
    });
  });
});

describe('resources', () => {
  it('are the notes, with names of any letters', async () => {
    await call('write_note', { name: 'Über uns', text: 'wir' });
    const { resources } = await client.listResources();
    expect(resources.map((resource) => resource.name)).toEqual(['ideas', 'Über uns', 'welcome']);
    const uri = resources.find((resource) => resource.name === 'Über uns')?.uri ?? '';
    expect(await client.readResource({ uri })).toEqual({
      contents: [{ uri, mimeType: 'text/markdown', text: 'wir' }],
    });
  });

  it.each(['notes://nothing', 'notes://..%2Fsecret', 'notes://%ff'])('%s is refused', async (uri) => {
    await expect(client.readResource({ uri })).rejects.toThrow();
  });

  it('complete the names that exist', async () => {
    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'notes://{name}' },
      argument: { name: 'name', value: 'w' },
    });
    expect(completion.values).toEqual(['welcome']);
  });

  it('announce a note that somebody else put into the folder', async () => {
    const told = new Promise((resolve) =>
      client.setNotificationHandler(ResourceListChangedNotificationSchema, resolve),
    );
    writeFileSync(join(folder, 'by hand.md'), 'hello');
    await told;
    expect((await client.listResources()).resources.map((resource) => resource.name)).toContain('by hand');
  });
});
