import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallSearch } from '../../../electron/shared/audit-search.ts';
import type { ServerDetails, ServerTest } from '../../../electron/shared/servers.ts';
import type { ServerSummary } from '../../../electron/shared/domain.ts';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleHit, sampleServer, sampleStatus } from '../../samples.ts';

const files = (change: Partial<ServerSummary> = {}) =>
  sampleServer({
    name: 'files',
    kind: 'stdio',
    target: 'npx files-server /home',
    state: 'running',
    connections: 2,
    calls: 1,
    where: '/home/me/proxy.yaml:12',
    ...change,
  });
const tickets = sampleServer({
  name: 'tickets',
  kind: 'http',
  transport: 'auto',
  target: 'https://tickets.example/mcp',
  isDefault: false,
  paths: { mcp: '/servers/tickets/mcp', sse: '/servers/tickets/sse' },
});

const details = (change: Partial<ServerDetails> = {}): ServerDetails => ({
  name: 'files',
  command: { file: 'npx', args: ['files-server', '--token', '…'], cwd: null },
  url: null,
  variables: ['API_KEY'],
  headers: [],
  introduction: {
    protocolVersions: ['2025-11-25'],
    era: 'legacy',
    name: 'files-server',
    title: null,
    version: '1.4',
    instructions: 'Read before you write.',
    capabilities: ['tools'],
    at: 0,
  },
  tools: [{ name: 'read_file', described: { title: null, description: 'Reads it.', hints: {} } }],
  processes: [{ pid: 4711, startedAt: 0 }],
  lines: [{ at: 0, text: 'listening\u202e' }],
  limits: {
    concurrent: null,
    queued: 100,
    reachMs: 30_000,
    requestMs: 600_000,
    longestMs: null,
    breaker: null,
  },
  history: [{ at: Date.now(), kind: 'failed', why: 'no answer', times: 3 }],
  ...change,
});

const runningTest: ServerTest = {
  id: 7,
  server: 'files',
  state: 'running',
  steps: [{ step: 'introduce', state: 'running', ms: null, says: '' }],
  introduction: null,
  tools: [],
  startedAt: 0,
};

async function opened(servers: readonly ServerSummary[] = [files(), tickets], answers: Answers = {}) {
  const window = await openWindow({
    'status.read': () => sampleStatus({ servers: [...servers] }),
    'calls.count': ({ filter }) =>
      filter?.servers?.[0] === 'files'
        ? { total: 412, decisions: { allowed: 400, failed: 3, unknown: 0, denied: 9, refused: 0, asked: 0 } }
        : { total: 0, decisions: { allowed: 0, failed: 0, unknown: 0, denied: 0, refused: 0, asked: 0 } },
    'calls.search': ({ filter }: CallSearch) => ({
      calls:
        filter?.servers?.[0] === 'files'
          ? [1000, 12_000, 40_000].map((latencyMicros, id) => sampleHit(id + 1, { latencyMicros }))
          : [],
      cursor: null,
      through: 0,
    }),
    'servers.read': ({ name }) => details({ name }),
    ...answers,
  });
  window.app.navigation.go('servers');
  await settled();
  await settled();
  return window;
}

const row = (name: string) => {
  const item = screen.getByRole('button', { name }).closest('li');
  if (item === null) throw new Error('no row');
  return within(item);
};
const textOf = (element: HTMLElement) => element.textContent.replace(/\s+/g, ' ').trim();
const panel = () => within(screen.getByRole('complementary', { name: 'Server' }));

async function click(name: string | RegExp) {
  await fireEvent.click(button(name));
  await settled();
}

describe('Servers', () => {
  afterEach(cleanup);

  it('shows of each its state, use, figures of today, and where it is defined', async () => {
    await opened();
    expect(row('files').getByText('Running')).toBeTruthy();
    expect(row('files').getByText('2 sessions')).toBeTruthy();
    expect(row('files').getByText('1 call now')).toBeTruthy();
    expect(row('files').getByText('412 calls today')).toBeTruthy();
    expect(row('files').getByText('3 failed')).toBeTruthy();
    expect(row('files').getByText('12 ms')).toBeTruthy();
    expect(row('files').getByText('A command on this machine · proxy.yaml:12')).toBeTruthy();
    expect(row('tickets').getByText('Not in use')).toBeTruthy();
    expect(row('tickets').getByText('No call today')).toBeTruthy();
  });

  it.each<[Partial<ServerSummary>, string, RegExp]>([
    [{ state: 'idle' }, 'Idle', /The next call starts it/],
    [{ state: 'starting' }, 'Starting', /has not answered yet/],
    [{ state: 'failing', lastError: 'no answer' }, 'Failing', /The next one tries it again/],
    [{ state: 'held_back', lastError: 'x', heldUntil: Date.now() + 30_000 }, 'Held back', /in (29|30) s/],
    [{ state: 'stopped' }, 'Stopped', /its calls get an error/],
  ])('says %o in words', async (change, word, sentence) => {
    await opened([files(change)]);
    expect(row('files').getByText(word)).toBeTruthy();
    await click('files');
    expect(panel().getAllByText(sentence).length).toBeGreaterThan(0);
  });

  it('leads from each figure to the calls behind it', async () => {
    const { app } = await opened();
    await fireEvent.click(row('files').getByText('3 failed'));
    expect(app.navigation.view).toBe('activity');
    expect(app.activity.filter).toMatchObject({ servers: ['files'], decisions: ['failed', 'unknown'] });
    const { from } = app.activity.filter;
    expect(new Date(from ?? 1).getHours()).toBe(0);
  });

  it('shows all that is known of one, and never a value that may be a secret', async () => {
    await opened();
    await click('files');
    const shown = textOf(screen.getByRole('complementary', { name: 'Server' }));
    for (const words of [
      'npx',
      'API_KEY',
      'files-server 1.4',
      'MCP 2025-11-25',
      'Read before you write.',
      'read_file',
      'It let a call down, 3 times: no answer',
      'http://127.0.0.1:3000/mcp',
      '/home/me/proxy.yaml:12',
      'At most 10 min for a request',
    ])
      expect(shown).toContain(words);
    // What could turn the text round is shown, and does nothing.
    expect(shown).not.toContain('\u202e');
    expect(document.activeElement?.textContent).toBe('files');
  });

  it('stops one with an undo', async () => {
    const { api } = await opened(undefined, { 'servers.stop': () => true, 'servers.start': () => true });
    await click('files');
    await click('Stop');
    expect(api.asked('servers.stop')).toEqual([{ name: 'files' }]);
    await click('Undo');
    expect(api.asked('servers.start')).toEqual([{ name: 'files' }]);
  });

  it('tests one, shows each step, and can stop that', async () => {
    const { api } = await opened(undefined, {
      'servers.test': () => runningTest,
      'servers.test.cancel': () => true,
    });
    await click('files');
    await click('Test the connection');
    const test = within(screen.getByRole('group', { name: 'Test of the connection' }));
    expect(test.getByRole('progressbar')).toBeTruthy();
    await fireEvent.click(test.getByRole('button', { name: 'Stop' }));
    expect(api.asked('servers.test.cancel')).toEqual([{ id: 7 }]);
    const says = 'files exited with code 1';
    api.emit('servers.test.changed', {
      ...runningTest,
      state: 'failed',
      steps: [{ step: 'introduce', state: 'failed', ms: 12, says }],
    });
    await settled();
    expect(test.getByText('It does not work.')).toBeTruthy();
    expect(test.getByText(says)).toBeTruthy();
    expect(test.queryByRole('progressbar')).toBeNull();
  });

  it('is worked by the keyboard: arrows step through the list, Escape closes the panel and goes back', async () => {
    await opened();
    button('files').focus();
    await fireEvent.keyDown(button('files'), { key: 'ArrowDown' });
    expect(document.activeElement).toBe(button('tickets'));
    await click('tickets');
    await fireEvent.keyDown(screen.getByRole('heading', { name: 'tickets' }), { key: 'Escape' });
    await settled();
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(document.activeElement).toBe(button('tickets'));
  });

  it('lists what is switched off, and teaches while the demo stands there', async () => {
    await opened(undefined, {
      'status.read': () =>
        sampleStatus({
          unserved: [{ name: 'scratch', target: 'my-server', where: '/x/proxy.yaml:3', why: 'off' }],
        }),
    });
    const section = within(screen.getByRole('region', { name: '1 server that is not served' }));
    expect(section.getByText('proxy.yaml:3')).toBeTruthy();
    expect(screen.getByText(/until you add a server of your own/)).toBeTruthy();
  });

  it('makes a policy for one, to be edited', async () => {
    const folder = { files: [], dataName: 'policy_data.json', writable: true } as never;
    const { app } = await opened(undefined, {
      'policy.files': () => folder,
      'drafts.read': () => [],
      'drafts.write': () => undefined,
      'policy.check': () => ({ ok: true, diagnostics: [] }) as never,
    });
    await click('files');
    await click('Make a policy for it');
    await settled();
    expect(app.navigation.view).toBe('policies');
    const draft = app.policies.files.entries.find(({ name }) => name === 'server_files.rego');
    expect(draft?.text).toContain('input.server == "files"');
  });

  const type = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });

  it('adds one once its test has gone well, word by word as it is run, with an undo', async () => {
    let undo = 10;
    const tried: ServerTest = { ...runningTest, server: 'notes' };
    const { api } = await opened(undefined, {
      'servers.try': () => tried,
      'config.set': () => ({ outcome: 'set', undo: (undo += 1) }),
      'config.undo': () => ({ outcome: 'set', undo: 0 }),
    });
    await click('Add a server');
    await click('Test and add');
    expect(document.activeElement).toBe(screen.getByLabelText('Name'));
    await type('Name', 'notes');
    await type('Command or URL', 'npx -y "notes server"');
    await settled();
    const words = within(screen.getByRole('group', { name: 'What is run' })).getAllByRole('listitem');
    expect(words.map(({ textContent }) => textContent)).toEqual(['npx', '-y', 'notes server']);
    await click('Test and add');
    const reach = { command: 'npx', args: ['-y', 'notes server'] };
    expect(api.asked('servers.try')).toEqual([{ name: 'notes', reach }]);
    expect(api.asked('config.set')).toEqual([]);
    api.emit('servers.test.changed', { ...tried, state: 'ok' });
    await settled();
    expect(api.asked('config.set')).toEqual([
      { path: ['servers', 'notes', 'command'], value: 'npx' },
      { path: ['servers', 'notes', 'args'], value: ['-y', 'notes server'] },
    ]);
    expect(screen.queryByRole('complementary', { name: 'New server' })).toBeNull();
    await click('Undo');
    expect(api.asked('config.undo')).toEqual([{ undo: 12 }, { undo: 11 }]);
  });

  it('says what does not work, adds it all the same only where that is wanted, and keeps what was typed', async () => {
    const tried: ServerTest = { ...runningTest, server: 'remote' };
    const { api } = await opened(undefined, {
      'servers.try': () => tried,
      'config.set': () => ({ outcome: 'locked', from: 'file', where: 'proxy.yaml:3' }),
    });
    await click('Add a server');
    await type('Name', 'files');
    await type('Command or URL', 'https://remote.example/mcp');
    await click('Test and add');
    expect(screen.getByText('There is a server with the name “files” already.')).toBeTruthy();
    await type('Name', 'remote');
    await click('Test and add');
    const steps: ServerTest['steps'] = [{ step: 'introduce', state: 'failed', ms: 3, says: 'no answer' }];
    api.emit('servers.test.changed', { ...tried, state: 'failed', steps });
    await settled();
    expect(screen.getByText('no answer')).toBeTruthy();
    expect(api.asked('config.set')).toEqual([]);
    await click('Add it all the same');
    expect(api.asked('config.set')).toEqual([
      { path: ['servers', 'remote', 'url'], value: 'https://remote.example/mcp' },
    ]);
    expect(screen.getByText(/It is set in proxy.yaml:3 already/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('remote');
  });

  it('adds nothing that was typed after the test had begun', async () => {
    const tried: ServerTest = { ...runningTest, server: 'notes' };
    const { api } = await opened(undefined, { 'servers.try': () => tried });
    await click('Add a server');
    await type('Name', 'notes');
    await type('Command or URL', 'npx good');
    await click('Test and add');
    await type('Command or URL', 'npx other');
    api.emit('servers.test.changed', { ...tried, state: 'ok' });
    await settled();
    expect(api.asked('config.set')).toEqual([]);
    expect(screen.getByLabelText<HTMLInputElement>('Command or URL').value).toBe('npx other');
  });

  it('removes those that were added here, and no others', async () => {
    const where = '/home/me/data/window-settings.json:4';
    const { api } = await opened([files(), sampleServer({ name: 'mine', kind: 'stdio', where })], {
      'config.set': () => ({ outcome: 'set', undo: 1 }),
    });
    await click('files');
    expect(panel().queryByRole('button', { name: 'Remove' })).toBeNull();
    await click('mine');
    await fireEvent.click(panel().getByRole('button', { name: 'Remove' }));
    await settled();
    expect(api.asked('config.set').map(({ path }) => path.join('.'))).toEqual([
      'servers.mine.command',
      'servers.mine.args',
      'servers.mine.url',
    ]);
  });
});
