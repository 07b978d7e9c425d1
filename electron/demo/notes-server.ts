// Entry of the demo server: MCP over stdin and stdout, on the folder that the first argument names.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { openNotesFolder } from './notes-folder.ts';
import { announceChanges, createNotesServer } from './notes-protocol.ts';

const given = process.argv[2] ?? process.env.DEMO_NOTES_FOLDER;
if (given === undefined) {
  process.stderr.write('Which folder? Usage: notes-server FOLDER (or set DEMO_NOTES_FOLDER)\n');
  process.exit(2);
}

const folder = resolve(given);
const server = createNotesServer(await openNotesFolder(folder), packageJson.version);
const stopAnnouncing = announceChanges(server, folder);

// The client's end of the pipe closing is how a stdio server is told to stop (MCP, lifecycle, shutdown).
process.stdin.once('end', () => {
  stopAnnouncing();
  void server.close();
});
await server.connect(new StdioServerTransport());
