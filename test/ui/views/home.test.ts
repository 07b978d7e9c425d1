import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { DemoStep } from '../../../electron/shared/domain.ts';
import { clientSetups } from '../../../renderer/client-setup.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleApproval, sampleServer, sampleSession, sampleStatus } from '../../samples.ts';

const steps: DemoStep[] = [
  { title: 'Reads', tool: 'list_notes', expected: 'allowed', outcome: 'allowed', detail: '3 notes' },
  { title: 'Deletes', tool: 'delete_note', expected: 'denied', outcome: 'denied', detail: 'It is blocked' },
  { title: 'Sends', tool: 'send_note', expected: 'asks', outcome: 'waiting', detail: 'Waiting' },
];

const session = sampleSession({ transport: 'sse' });

describe('Home', () => {
  afterEach(cleanup);

  it('says how the proxy is, and the way out of each problem', async () => {
    const problems = [{ code: 'x', message: 'The policy does not compile', remedy: 'Correct team.rego' }];
    await openWindow({ 'status.read': () => sampleStatus({ problems, portTakenInstead: 3000 }) });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Needs attention');
    expect(screen.getByRole('list', { name: 'Problems' }).textContent).toMatch(
      /does not compile.*Correct team\.rego/s,
    );
    expect(screen.getByText(/Port 3000 was taken/)).toBeTruthy();
  });

  it('copies both addresses', async () => {
    const { api } = await openWindow();
    await fireEvent.click(button('Copy the Streamable HTTP URL'));
    await fireEvent.click(button('Copy the HTTP+SSE URL'));
    expect(api.asked('clipboard.write')).toEqual(['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/sse']);
  });

  it('shows what to put into the chosen client, and copies it', async () => {
    const { api } = await openWindow();
    const tab = screen.getByRole('tab', { name: 'VS Code' });
    await fireEvent.focus(tab);
    await fireEvent.click(tab);
    await settled();
    await fireEvent.click(button('Copy the entry for VS Code'));
    expect(JSON.parse(api.asked('clipboard.write')[0] ?? '')).toEqual({
      servers: { 'mcp-proxy': { type: 'http', url: 'http://127.0.0.1:3000/mcp' } },
    });
  });

  it('gives no entry without a token where one is required, but the way to one', async () => {
    const { app } = await openWindow({ 'status.read': () => sampleStatus({ auth: 'required' }) });
    expect(screen.queryByRole('tab', { name: 'VS Code' })).toBeNull();
    await fireEvent.click(button('Register a client'));
    expect(app.navigation.view).toBe('clients');
  });

  it('leads from a figure and from a session to their records', async () => {
    const { api, app } = await openWindow({
      'status.read': () => sampleStatus({ totals: { calls: 12, denied: 2, asked: 1 }, sessions: [session] }),
    });
    await fireEvent.click(button(/denied/));
    await settled();
    expect(app.navigation.view).toBe('activity');
    app.navigation.go('home');
    await settled();
    await fireEvent.click(button(/Claude Code.*3 requests/));
    await settled();
    expect(api.asked('calls.search').map(({ filter }) => filter)).toEqual([
      { decisions: ['denied', 'refused'] },
      { sessions: [session.id] },
    ]);
  });

  it('runs the three calls and follows them; the one that asks leads to its prompt', async () => {
    let finish: (steps: DemoStep[]) => void = () => undefined;
    const { api, app } = await openWindow({ 'demo.run': () => new Promise((resolve) => (finish = resolve)) });
    await fireEvent.click(button('Run the three calls'));
    expect(screen.queryByRole('button', { name: 'Run the three calls' })).toBeNull();
    api.emit('demo.changed', steps);
    await settled();
    const tour = within(screen.getByRole('region', { name: 'Try it: three calls' }));
    const shown = () =>
      tour.getAllByRole('listitem').map((item) => item.textContent.replace(/\s+/g, ' ').trim());
    expect(shown()).toEqual([
      expect.stringMatching(/^Allowed Reads list_notes 3 notes/),
      expect.stringMatching(/^Denied Deletes delete_note It is blocked/),
      expect.stringMatching(/^On its way Sends send_note/),
    ]);
    api.emit('approvals.changed', [sampleApproval('a')]);
    await settled();
    expect(shown()[2]).toMatch(/^Asks you/);
    finish(
      steps.map((step) => (step.outcome === 'waiting' ? { ...step, outcome: 'denied' as const } : step)),
    );
    api.emit('approvals.changed', []);
    await settled();
    expect(shown()[2]).toMatch(/^Denied Sends/);
    await fireEvent.click(button('See them in Activity'));
    expect(app.navigation.view).toBe('activity');
  });

  it('has no demo where a server is configured, and says what stands behind', async () => {
    const servers = [sampleServer({ kind: 'stdio', target: 'npx files /x', lastError: 'It ended' })];
    await openWindow({ 'status.read': () => sampleStatus({ servers }) });
    expect(screen.queryByText('Try it: three calls')).toBeNull();
    expect(screen.queryByText('All servers')).toBeNull();
    expect(screen.getByText('The server behind it')).toBeTruthy();
    expect(screen.getByText('npx files /x')).toBeTruthy();
    expect(screen.getByText(/It ended/)).toBeTruthy();
  });

  it('lists several servers, each with its own address and troubles, and points clients at the default', async () => {
    const servers = [
      sampleServer({ name: 'default', kind: 'http', target: 'https://mcp.example/mcp' }),
      sampleServer({
        name: 'files',
        kind: 'stdio',
        isDefault: false,
        paths: { mcp: '/servers/files/mcp', sse: '/servers/files/sse' },
        connections: 2,
        lastError: 'It ended',
      }),
    ];
    const { api } = await openWindow({
      'status.read': () => sampleStatus({ servers, sessions: [{ ...session, server: 'files' }] }),
    });
    const listed = [...screen.getByRole('region', { name: 'Servers behind it' }).querySelectorAll('li')];
    expect(listed.map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim())).toEqual([
      'default 0 connections http://127.0.0.1:3000/mcp https://mcp.example/mcp',
      'files 2 connections http://127.0.0.1:3000/servers/files/mcp demo notes Last error. It ended',
    ]);
    await fireEvent.click(button('Copy the URL of files'));
    await fireEvent.click(button('Copy the Streamable HTTP URL'));
    await fireEvent.click(button('Copy the All servers URL'));
    expect(api.asked('clipboard.write')).toEqual([
      'http://127.0.0.1:3000/servers/files/mcp',
      'http://127.0.0.1:3000/mcp',
      'http://127.0.0.1:3000/all/mcp',
    ]);
    expect(button(/Claude Code.*files · /)).toBeTruthy();
  });

  it('marks the default one of several where its name does not say so', async () => {
    const servers = ['files', 'git'].map((name, index) =>
      sampleServer({ name, kind: 'stdio', isDefault: index === 0 }),
    );
    await openWindow({ 'status.read': () => sampleStatus({ servers }) });
    expect(screen.getByText('default').parentElement?.textContent).toContain('files');
  });

  it('tells how to configure a server while the demo stands in for one', async () => {
    await openWindow();
    expect(screen.getByText(/Nothing is configured/)).toBeTruthy();
    expect(screen.getByText('Put your own server here')).toBeTruthy();
  });
});

describe('clientSetups', () => {
  it('gives each client an entry with the address', () => {
    const setups = clientSetups('http://127.0.0.1:3000/mcp');
    expect(setups.map(({ client }) => client)).toEqual(['Claude Code', 'Cursor', 'VS Code', 'Codex']);
    for (const { text } of setups) expect(text).toContain('http://127.0.0.1:3000/mcp');
  });
});
