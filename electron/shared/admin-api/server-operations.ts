// The admin API about servers and about how each part of the proxy is.
import { z } from 'zod';
import { serverSummary } from '../domain.ts';
import { proxyHealth } from '../health.ts';
import { serverDetails, serverTest } from '../servers.ts';
import { operation } from './operation.ts';

const nothing = z.strictObject({});
const done = z.literal(true);
const doneOrAbsent = (isDone: boolean): true | null => (isDone ? true : null);
const ofServer = z.strictObject({ name: z.string().min(1).max(64) });
const ofTest = z.strictObject({ id: z.coerce.number().int() });
const noServer = 'No server of this name is served here';

export const serverOperations = {
  'servers.list': operation({
    method: 'GET',
    path: '/api/servers',
    summary: 'The MCP servers that are served, the default one first.',
    input: nothing,
    output: z.array(serverSummary),
    run: async (commands) => (await commands['status.read']()).servers,
  }),
  'servers.read': operation({
    method: 'GET',
    path: '/api/servers/{name}',
    summary:
      'A server: how it is reached, what it says of itself, what it wrote, what happened to it. No secrets.',
    input: ofServer,
    output: serverDetails,
    run: (commands, server) => commands['servers.read'](server),
    absent: noServer,
  }),
  'servers.stop': operation({
    method: 'POST',
    path: '/api/servers/{name}/stop',
    summary: 'Stops a server: its calls get an error that says so, until it is started again.',
    input: ofServer,
    output: done,
    run: async (commands, server) => doneOrAbsent(await commands['servers.stop'](server)),
    absent: noServer,
  }),
  'servers.start': operation({
    method: 'POST',
    path: '/api/servers/{name}/start',
    summary: 'Lets the calls of a server that was stopped go on.',
    input: ofServer,
    output: done,
    run: async (commands, server) => doneOrAbsent(await commands['servers.start'](server)),
    absent: noServer,
  }),
  'servers.restart': operation({
    method: 'POST',
    path: '/api/servers/{name}/restart',
    summary: 'Ends what runs of a server; its sessions go on with a new process, or begin anew behind a URL.',
    input: ofServer,
    output: done,
    run: async (commands, server) => doneOrAbsent(await commands['servers.restart'](server)),
    absent: noServer,
  }),
  'servers.test': operation({
    method: 'POST',
    path: '/api/servers/{name}/test',
    summary: 'Begins to test the connection to a server, unless that runs already; nothing is called there.',
    input: ofServer,
    output: serverTest,
    run: (commands, server) => commands['servers.test'](server),
    absent: noServer,
  }),
  'servers.test.read': operation({
    method: 'GET',
    path: '/api/server-tests/{id}',
    summary: 'What came of a test, or how far it is.',
    input: ofTest,
    output: serverTest,
    run: (commands, test) => commands['servers.test.read'](test),
    absent: 'There is no such test (any more)',
  }),
  'servers.test.cancel': operation({
    method: 'DELETE',
    path: '/api/server-tests/{id}',
    summary: 'Ends a test.',
    input: ofTest,
    output: done,
    run: async (commands, test) => doneOrAbsent(await commands['servers.test.cancel'](test)),
    absent: 'This test is over',
  }),
  'health.read': operation({
    method: 'GET',
    path: '/api/health',
    summary: 'How each part of the proxy is, in words, and what to do.',
    input: nothing,
    output: proxyHealth,
    run: (commands) => commands['health.read'](),
  }),
} as const;
