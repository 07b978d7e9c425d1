// The notes as an MCP server: five tools, the notes as resources, and word of every change.
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { watch } from 'node:fs';
import { z } from 'zod';
import { type NotesFolder, type Outcome, maxNameLength } from './notes-folder.ts';
import { demoServerName } from './server-name.ts';

const scheme = 'notes://';

const noteName = z
  .string()
  .min(1)
  .max(maxNameLength)
  .describe('Name of the note as list_notes gives it, without an extension, for example "welcome"');

const instructions =
  'Notes on this machine, kept by MCP Proxy Desktop to show what a proxy with a policy does. Listing, reading ' +
  'and writing are harmless; deleting is final; sending only pretends. A call that is refused with error -32001 ' +
  'was stopped by the policy or by a person: tell the user so instead of trying again.';

/** Builds the server around a folder. It is not connected yet. */
export function createNotesServer(notes: NotesFolder, version: string): McpServer {
  const server = new McpServer({ name: demoServerName, title: 'Demo notes', version }, { instructions });
  addTools(server, notes);
  addResources(server, notes);
  return server;
}

function addTools(server: McpServer, notes: NotesFolder): void {
  server.registerTool(
    'list_notes',
    {
      title: 'List notes',
      description:
        'Lists all notes with their size in bytes and the time of the last change, sorted by name. Changes nothing.',
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async () => {
      const all = await notes.list();
      if (all.length === 0) return said('There are no notes. write_note makes one.');
      const lines = all.map((note) => `- ${note.name} (${note.size} bytes, ${note.changedAt.toISOString()})`);
      return said([`${all.length} ${all.length === 1 ? 'note' : 'notes'}:`, ...lines].join('\n'));
    },
  );

  server.registerTool(
    'read_note',
    {
      title: 'Read a note',
      description: 'Returns the whole text of one note, as Markdown. Changes nothing.',
      inputSchema: { name: noteName },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ name }) => answer(await notes.read(name), (text) => text),
  );

  server.registerTool(
    'write_note',
    {
      title: 'Write a note',
      description:
        'Makes a note, or replaces the whole text of one that exists; the old text is lost. To add to a note, read ' +
        'it first and write old and new text together.',
      inputSchema: {
        name: noteName,
        text: z.string().max(100_000).describe('The whole new text, Markdown, up to 100,000 characters'),
      },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ name, text }) =>
      answer(await notes.write(name, text), (done) => `The note "${name}" was ${done}.`),
  );

  server.registerTool(
    'delete_note',
    {
      title: 'Delete a note',
      description: 'Deletes one note for good. There is no way to get it back.',
      inputSchema: { name: noteName },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ name }) => answer(await notes.remove(name), () => `The note "${name}" was deleted.`),
  );

  server.registerTool(
    'send_note',
    {
      title: 'Send a note',
      description:
        'Pretends to send a note to somebody: appends it to the file outbox.log in the folder of the notes. This is ' +
        'a demonstration, nothing ever leaves this machine.',
      inputSchema: {
        name: noteName,
        to: z.string().min(1).max(200).describe('Who would get it, for example "anna@example.com"'),
      },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    async ({ name, to }) =>
      answer(
        await notes.send(name, to),
        () => `The note "${name}" for ${to} was written to outbox.log. Nothing left this machine.`,
      ),
  );
}

function addResources(server: McpServer, notes: NotesFolder): void {
  const mimeType = 'text/markdown';
  const template = new ResourceTemplate(`${scheme}{name}`, {
    list: async () => ({
      resources: (await notes.list()).map((note) => ({
        uri: scheme + encodeURIComponent(note.name),
        name: note.name,
        mimeType,
        size: note.size,
        annotations: { lastModified: note.changedAt.toISOString() },
      })),
    }),
    complete: {
      name: async (start) =>
        (await notes.list()).map((note) => note.name).filter((name) => name.startsWith(start)),
    },
  });
  server.registerResource(
    'note',
    template,
    { title: 'Note', description: 'The text of one note.', mimeType },
    async (uri, { name }) => {
      const outcome = await notes.read(decodeURIComponent(String(name)));
      if (!outcome.ok) throw new Error(outcome.message);
      return { contents: [{ uri: uri.href, mimeType, text: outcome.value }] };
    },
  );
}

/**
 * Tells the client whenever notes come or go, whoever did it: another session, or the user in an editor.
 * @returns ends the watching.
 */
export function announceChanges(server: McpServer, folder: string): () => void {
  let announcement: NodeJS.Timeout | undefined;
  const watcher = watch(folder, (kind) => {
    // 'rename' is what the systems report for a file that is made or removed; one act can raise several.
    if (kind !== 'rename') return;
    announcement ??= setTimeout(() => {
      announcement = undefined;
      if (server.isConnected()) server.sendResourceListChanged();
    }, 50);
  });
  return () => {
    clearTimeout(announcement);
    watcher.close();
  };
}

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

function answer<T>(outcome: Outcome<T>, words: (value: T) => string): CallToolResult {
  return outcome.ok ? said(words(outcome.value)) : { ...said(outcome.message), isError: true };
}
