import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../../renderer/api/window-api.ts';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleClient, sampleSession, sampleStatus } from '../../samples.ts';

const token = 'mcpp_secret';
const laptop = sampleClient({ tags: ['work'] });
const threeMinutesAgo = Date.now() - 180_000;
const issue = () => ({ client: laptop, token });

async function opened(answers: Answers = {}) {
  const all = await openWindow({ 'clients.list': () => [laptop], ...answers });
  all.app.navigation.go('clients');
  await settled();
  return all;
}

async function click(name: string | RegExp) {
  await fireEvent.click(button(name));
  await settled();
}

const type = (label: RegExp, value: string) =>
  fireEvent.input(screen.getByLabelText(label), { target: { value } });
const fault = (label: RegExp) => {
  const field = screen.getByLabelText(label);
  if (field.getAttribute('aria-invalid') !== 'true') return null;
  return document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent.trim();
};

describe('Clients', () => {
  afterEach(cleanup);

  it('teaches what tokens are for while there is none, and says who is let in', async () => {
    await opened({ 'clients.list': () => [], 'status.read': () => sampleStatus({ auth: 'required' }) });
    expect(screen.getByText('No client has a token yet')).toBeTruthy();
    expect(screen.getByText(/Only callers with the token of a client/)).toBeTruthy();
    await click('Register a client');
    expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  });

  it('lists each with what is known of it', async () => {
    const configured = sampleClient({
      id: 'ci',
      name: 'CI',
      source: 'config',
      capabilities: [],
      lastSeenAt: threeMinutesAgo,
    });
    await opened({
      'clients.list': () => [configured, laptop],
      'status.read': () => sampleStatus({ sessions: [sampleSession({ clientId: 'laptop' })] }),
    });
    const list = within(screen.getByRole('region', { name: '2 registered clients' }));
    const rows = list
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());
    expect(rows).toEqual([
      'CI configuration file ci No capabilities Seen 3 min ago No session',
      'Laptop laptop read:* #work Seen just now 1 session',
    ]);
  });

  it('says what is wrong with who is let in, and nothing else', async () => {
    const problem = (code: string) => ({ code, message: `It is ${code}`, remedy: 'Mend it' });
    const problems = [problem('clients_unreadable'), problem('port_taken')];
    await opened({ 'status.read': () => sampleStatus({ problems }) });
    const said = within(screen.getByRole('list', { name: 'Problems' })).getAllByRole('listitem');
    expect(said.map(({ textContent }) => textContent.trim())).toEqual(['It is clients_unreadable Mend it']);
  });

  it('does not let those of the configuration file be changed, and says where they are', async () => {
    await opened({ 'clients.list': () => [sampleClient({ source: 'config', createdAt: null })] });
    await click(/Laptop.*configuration file/);
    const panel = within(screen.getByRole('complementary', { name: 'Client' }));
    expect(panel.getByText(/stands in the configuration file/)).toBeTruthy();
    expect(panel.queryByRole('button', { name: 'Remove' })).toBeNull();
    expect(panel.queryByRole('button', { name: 'New token…' })).toBeNull();
  });

  it('registers one, and shows its token once, with entries that hold it', async () => {
    const { api } = await opened({ 'clients.register': issue });
    await click('Register a client');
    await type(/^Name/, ' Laptop 2 ');
    await type(/^Capabilities/, 'read:*, read:*,, notes ');
    await click('Register');
    expect(api.asked('clients.register')).toEqual([
      { name: 'Laptop 2', capabilities: ['read:*', 'notes'], tags: [] },
    ]);
    expect(document.activeElement?.textContent.trim()).toBe('The token of Laptop');
    expect(screen.getByText(/will not be shown again/)).toBeTruthy();
    await click('Copy the token');
    await click('Copy the entry for Claude Code');
    await click('Copy the entry for Claude Desktop');
    await click('Copy the HTTP+SSE address with the token');
    expect(api.asked('clipboard.write')).toEqual([
      token,
      `claude mcp add --transport http mcp-proxy http://127.0.0.1:3000/mcp --header "Authorization: Bearer ${token}"`,
      expect.stringContaining(`"MCP_PROXY_TOKEN": "${token}"`),
      `http://127.0.0.1:3000/c/${token}/sse`,
    ]);
    await click('Done');
    expect(document.body.textContent).not.toContain(token);
    expect(screen.queryByText(/was not copied/)).toBeNull();
  });

  it('gives a token back for a moment that was put away without being copied', async () => {
    await opened({ 'clients.register': issue });
    await click('Register a client');
    await type(/^Name/, 'Laptop');
    await click('Register');
    await fireEvent.keyDown(button('Done'), { key: 'Escape' });
    await settled();
    expect(document.body.textContent).not.toContain(token);
    expect(screen.getByText(/was not copied/)).toBeTruthy();
    await click('Undo');
    expect(document.body.textContent).toContain(token);
  });

  it('says what is wrong at the field, and asks for nothing before it is right', async () => {
    const { api } = await opened({
      'clients.register': () => Promise.reject(new CommandError('client_exists', 'Taken')),
    });
    await click('Register a client');
    await type(/^Id/, 'a b');
    await click('Register');
    expect(fault(/^Name/)).toMatch(/Give it a name/);
    expect(fault(/^Id/)).toMatch(/letters, digits/);
    expect(document.activeElement).toBe(screen.getByLabelText(/^Name/));
    await type(/^Name/, 'Laptop');
    await type(/^Id/, 'laptop');
    expect([fault(/^Name/), fault(/^Id/)]).toEqual([null, 'There is a client with the id “laptop” already.']);
    expect(api.asked('clients.register')).toEqual([]);
    await type(/^Id/, 'removed-once');
    await click('Register');
    expect(fault(/^Id/)).toMatch(/“removed-once” already/);
  });

  it('keeps what was typed when the form is closed and opened again', async () => {
    await opened();
    await click('Register a client');
    await type(/^Name/, 'Half a na');
    await click('Cancel');
    expect(document.activeElement).toBe(button('Register a client'));
    await click('Register a client');
    expect(screen.getByLabelText<HTMLInputElement>(/^Name/).value).toBe('Half a na');
  });

  it('says what becomes of the old token before it makes a new one', async () => {
    const sessions = [sampleSession({ clientId: 'laptop' })];
    const { api } = await opened({
      'clients.rotate': issue,
      'status.read': () => sampleStatus({ sessions }),
    });
    await click(/^Laptop laptop/);
    await click('New token…');
    expect(screen.getByRole('group', { name: 'New token' }).textContent).toMatch(/void and ends its session/);
    await click('Keep the old one');
    expect(document.activeElement).toBe(button('New token…'));
    expect(api.asked('clients.rotate')).toEqual([]);
    await click('New token…');
    await click('Make a new token');
    expect(api.asked('clients.rotate')).toEqual(['laptop']);
    expect(screen.getByText(token)).toBeTruthy();
    expect(screen.getByText(/The old one is void/)).toBeTruthy();
  });

  it('removes one at once, and takes it back', async () => {
    const { api } = await opened({ 'clients.remove': () => undefined, 'clients.restore': () => laptop });
    await click(/^Laptop laptop/);
    await click('Remove');
    api.emit('clients.changed', []);
    await settled();
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(screen.getByText(/Removed Laptop\. Its token is void/)).toBeTruthy();
    await click('Undo');
    expect([api.asked('clients.remove'), api.asked('clients.restore')]).toEqual([['laptop'], ['laptop']]);
  });

  it('closes with Escape and goes back to the client; the arrows step through them', async () => {
    await opened({ 'clients.list': () => [laptop, sampleClient({ id: 'desk', name: 'Desk' })] });
    await click(/^Laptop laptop/);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await settled();
    expect(document.activeElement).toBe(button(/^Laptop laptop/));
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(button(/^Desk desk/));
  });
});

describe('Sessions', () => {
  afterEach(cleanup);

  const process = { pid: 42, executable: '/usr/bin/node', name: 'node' };
  const proven = sampleSession({ id: 'a', clientId: 'laptop', lastSeenAt: Date.now() - 60_000 });
  const claimed = sampleSession({ id: 'b', client: 'cursor-vscode', transport: 'sse', process, requests: 1 });
  const both = () => sampleStatus({ sessions: [proven, claimed] });
  const rows = () =>
    within(screen.getByRole('region', { name: /open session/ }))
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());

  it('are listed last seen first, with what is proven apart from what is only said', async () => {
    const { app } = await opened({ 'status.read': both });
    expect(rows()).toEqual([
      'Cursor not proven notes · HTTP+SSE hint: node, process 42 Seen just now 1 request in 2 h End',
      'Claude Code Laptop notes · Streamable HTTP program not known Seen 1 min ago 3 requests in 2 h End',
    ]);
    await click('Laptop');
    expect(app.clients.panel).toEqual({ kind: 'client', id: 'laptop' });
  });

  it('stay where they are while the pointer is among them', async () => {
    const { api } = await opened({ 'status.read': both });
    const list = within(screen.getByRole('region', { name: /open session/ })).getByRole('list');
    await fireEvent.mouseEnter(list);
    api.emit(
      'status.changed',
      sampleStatus({ sessions: [{ ...proven, lastSeenAt: Date.now() + 1_000 }, claimed] }),
    );
    await settled();
    expect(rows().map((row) => row.slice(0, 6))).toEqual(['Cursor', 'Claude']);
    await fireEvent.mouseLeave(list);
    await settled();
    expect(rows().map((row) => row.slice(0, 6))).toEqual(['Claude', 'Cursor']);
  });

  it('are in order again when the list was left by a click in it', async () => {
    const { app, api } = await opened({ 'status.read': both });
    const list = within(screen.getByRole('region', { name: /open session/ })).getByRole('list');
    await fireEvent.mouseEnter(list);
    await click('Cursor');
    api.emit(
      'status.changed',
      sampleStatus({ sessions: [{ ...proven, lastSeenAt: Date.now() + 1_000 }, claimed] }),
    );
    app.navigation.go('clients');
    await settled();
    expect(rows().map((row) => row.slice(0, 6))).toEqual(['Claude', 'Cursor']);
  });

  it('are ended with one click, and what that means is said', async () => {
    const { api } = await opened({ 'status.read': both, 'sessions.end': (id) => id === 'a' });
    await click('End the session of Claude Code');
    expect(screen.getByText(/Ended the session of Claude Code\. It is told .*404/)).toBeTruthy();
    expect(document.activeElement).toBe(button('Cursor'));
    await click('End the session of Cursor');
    expect(screen.getByText('That session had ended already.')).toBeTruthy();
    expect(api.asked('sessions.end')).toEqual(['a', 'b']);
  });

  it('lead to their calls', async () => {
    const { app } = await opened({ 'status.read': both });
    await click('Cursor');
    expect(app.navigation.view).toBe('activity');
    expect(app.activity.filter).toEqual({ sessions: ['b'] });
  });

  it('are all reached from those on Home', async () => {
    const { app } = await openWindow({ 'status.read': both });
    await click('What is known of them');
    expect(app.navigation.view).toBe('clients');
  });
});
