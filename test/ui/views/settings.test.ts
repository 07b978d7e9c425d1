import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigOverview, SettingOutcome } from '../../../electron/shared/config-settings.ts';
import { commandsOf, matching } from '../../../renderer/views/frame/commands.ts';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleOverview, samplePreferences } from '../sample-settings.ts';
import { sampleStatus } from '../../samples.ts';

const done: SettingOutcome = { outcome: 'set', undo: 7 };

async function opened(
  overview: () => ConfigOverview = () => sampleOverview(),
  answers: Answers = {},
  group = 'Proxy & port',
) {
  const all = await openWindow({
    'config.read': overview,
    'preferences.read': () => samplePreferences(),
    'config.set': () => done,
    ...answers,
  });
  all.app.navigation.go('settings');
  await settled();
  const groups = within(screen.getByRole('navigation', { name: 'Groups of settings' }));
  await fireEvent.click(groups.getByRole('button', { name: new RegExp(`^${group}`, 'u') }));
  await settled();
  return all;
}

async function click(name: string | RegExp) {
  await fireEvent.click(button(name));
  await settled();
}

const row = (name: string) => within(screen.getByRole('group', { name }));
const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label, { selector: 'input' });
const labels = () =>
  [...document.querySelectorAll('.rows > [role="group"] .label')].map(({ textContent }) =>
    textContent.trim(),
  );

async function type(label: string, text: string, key = 'Enter') {
  await fireEvent.input(field(label), { target: { value: text } });
  await fireEvent.keyDown(field(label), { key });
  await settled();
}

describe('Settings', () => {
  afterEach(cleanup);

  it('show one group, each setting with what it does and its key', async () => {
    await opened();
    expect(button('Proxy & port').getAttribute('aria-current')).toBe('true');
    expect(labels().slice(0, 3)).toEqual(['Port', 'Address', 'Ways in for clients']);
    expect(row('Port').getByText(/The port that clients connect to/)).toBeTruthy();
    expect(row('Port').getByText('server.listen.port')).toBeTruthy();
    expect(row('Port').getByText('0: any free port')).toBeTruthy();
  });

  it('are all found by name, key, what they do and what their values are called', async () => {
    await opened();
    const search = screen.getByRole('searchbox');
    const findings = async (text: string) => {
      await fireEvent.input(search, { target: { value: text } });
      await settled();
      return labels();
    };
    expect(await findings('retention_days')).toEqual(['Keep records for']);
    expect(await findings('certificates clients')).toContain('Certificates of clients');
    expect(await findings('power loss')).toEqual(['Records survive']);
    expect(await findings('start login')).toContain('Start at login');
    expect(await findings('gibberish')).toEqual([]);
    await click('Show all settings');
    expect(labels()).toContain('Port');
  });

  it('can be cut down to those that are not as they were', async () => {
    const changes = { 'logging.level': { value: 'debug', from: 'window', setInWindow: true } } as const;
    await opened(() => sampleOverview(changes));
    await fireEvent.click(screen.getByRole('switch', { name: 'Changed only' }));
    await settled();
    expect(labels()).toEqual(['Level']);
    expect(screen.getByText('1 setting changed')).toBeTruthy();
  });

  it('are changed at once, with an undo', async () => {
    const { api } = await opened(undefined, { 'config.undo': () => done }, 'Logging');
    await fireEvent.click(row('Format').getByRole('radio', { name: 'Text' }));
    await settled();
    const level = within(row('Level').getByLabelText('Level', { selector: 'select' }));
    await fireEvent.change(row('Level').getByRole('combobox'), { target: { value: 'debug' } });
    await settled();
    expect(level.getAllByRole('option').map(({ textContent }) => textContent)).toContain('Debug');
    expect(api.asked('config.set')).toEqual([
      { path: ['logging', 'format'], value: 'text' },
      { path: ['logging', 'level'], value: 'debug' },
    ]);
    expect(screen.getByText('Format: Text.')).toBeTruthy();
    await fireEvent.click(screen.getAllByRole('button', { name: 'Undo' })[1] ?? document.body);
    await settled();
    expect(api.asked('config.undo')).toEqual([{ undo: 7 }]);
    expect(screen.getByText('Level is as it was before.')).toBeTruthy();
  });

  it('show what holds, and not what was clicked', async () => {
    await opened(undefined, { 'config.set': () => new Promise(() => undefined) }, 'Approvals');
    const ask = screen.getByRole('switch', { name: 'Ask a person' });
    await fireEvent.click(ask);
    await settled();
    expect(ask.getAttribute('aria-checked')).toBe('true');
    expect(ask.hasAttribute('disabled')).toBe(true);
  });

  it('ask for what was typed with Enter, numbers as numbers, and take it back with Escape', async () => {
    const { api } = await opened();
    await type('Port', '4000');
    await type('Time to send a request', '1m30s');
    await type('Open sessions at most', '12', 'Escape');
    expect(api.asked('config.set')).toEqual([
      { path: ['server', 'listen', 'port'], value: 4000 },
      { path: ['server', 'read_timeout'], value: '1m30s' },
    ]);
    expect(field('Open sessions at most').value).toBe('1000');
  });

  it('say at the field what is wrong, keep what was typed, and forget it with the next key', async () => {
    const words = 'Expected a whole number from 0 to 65535.';
    await opened(undefined, {
      'config.set': () => ({ outcome: 'refused', mistakes: [{ key: 'server.listen.port', words }] }),
    });
    await type('Port', 'http');
    expect(field('Port').value).toBe('http');
    expect(field('Port').getAttribute('aria-invalid')).toBe('true');
    expect(row('Port').getByRole('alert').textContent).toBe(words);
    await fireEvent.input(field('Port'), { target: { value: '1' } });
    expect(row('Port').queryByRole('alert')).toBeNull();
  });

  it('name the other setting that one does not fit together with', async () => {
    const mistakes = [{ key: 'tls.cert_file', words: 'expected a file, because tls.enabled is true.' }];
    await opened(undefined, { 'config.set': () => ({ outcome: 'refused', mistakes }) }, 'TLS & tokens');
    await fireEvent.click(screen.getByRole('switch', { name: 'Encrypt (TLS)' }));
    await settled();
    expect(row('Encrypt (TLS)').getByRole('alert').textContent).toBe(
      'Certificate: Expected a file, because tls.enabled is true.',
    );
  });

  it('are locked where a layer above says something, and lead there', async () => {
    const changes = {
      'server.listen.port': { value: 4000, from: 'environment', where: 'MCP_SERVER_PORT' },
      'server.listen.address': { value: '::1', from: 'file', where: '/home/me/proxy.yaml:12' },
      'server.max_connections': {
        value: 5,
        from: 'managed',
        where: '/etc/m/managed.yaml:3',
        setInWindow: true,
      },
    } as const;
    const { api } = await opened(() => sampleOverview(changes, { file: '/home/me/proxy.yaml' }), {
      'config.show': () => true,
    });
    for (const label of ['Port', 'Address', 'Open sessions at most']) {
      expect(field(label).disabled, label).toBe(true);
    }
    expect(row('Port').getByText(/Locked: set by the variable MCP_SERVER_PORT/)).toBeTruthy();
    expect(row('Port').queryByRole('button', { name: 'Open file' })).toBeNull();
    expect(row('Address').getByText('proxy.yaml, line 12')).toBeTruthy();
    await fireEvent.click(row('Address').getByRole('button', { name: 'Open file' }));
    await fireEvent.click(row('Open sessions at most').getByRole('button', { name: 'Show in folder' }));
    expect(api.asked('config.show')).toEqual([
      { from: 'file', how: 'open' },
      { from: 'managed', how: 'folder' },
    ]);
    expect(row('Open sessions at most').getByText('What was set here has no effect.')).toBeTruthy();
    await fireEvent.click(row('Open sessions at most').getByRole('button', { name: 'Forget it' }));
    await settled();
    expect(api.asked('config.set')).toEqual([{ path: ['server', 'max_connections'] }]);
  });

  it('say that nothing was changed where a lock came in the meantime', async () => {
    await opened(undefined, {
      'config.set': () => ({ outcome: 'locked', from: 'file', where: '/p/proxy.yaml:2' }),
    });
    await type('Port', '4000');
    expect(row('Port').getByRole('alert').textContent).toMatch(/^Not changed: set in proxy\.yaml, line 2/);
  });

  it('are put back to how they were from the start', async () => {
    const changes = { 'logging.level': { value: 'debug', from: 'window', setInWindow: true } } as const;
    const { api } = await opened(() => sampleOverview(changes), {}, 'Logging');
    expect(row('Level').getByText('Changed here')).toBeTruthy();
    await click('Put Level back to how it was from the start');
    expect(api.asked('config.set')).toEqual([{ path: ['logging', 'level'] }]);
  });

  it('say what waits for a restart, beside it and above, and restart', async () => {
    const { api } = await opened(() => sampleOverview({}, { waiting: ['server.max_connections'] }), {
      'gateway.restart': () => true,
    });
    expect(row('Open sessions at most').getByText(/Takes effect after a restart/)).toBeTruthy();
    const above = within(screen.getByRole('group', { name: 'What waits for a restart' }));
    expect(above.getByText('Restart the proxy for: Open sessions at most')).toBeTruthy();
    await fireEvent.click(above.getByRole('button', { name: 'Restart now' }));
    await settled();
    expect(api.asked('gateway.restart')).toHaveLength(1);
  });

  it('never show a secret, and take a new one without showing that', async () => {
    const changes = { 'policy.bundle.token': { hidden: true, from: 'window', setInWindow: true } } as const;
    let isSet = false;
    const overview = () => sampleOverview(isSet ? changes : {});
    const set = () => {
      isSet = true;
      return done;
    };
    const { api } = await opened(overview, { 'config.set': set }, 'Policy bundle');
    expect(row('Token').getByText('None')).toBeTruthy();
    await click('Set: Token');
    expect(field('Token').type).toBe('password');
    expect(document.activeElement).toBe(field('Token'));
    await type('Token', 's3cret');
    await settled();
    expect(api.asked('config.set')).toEqual([{ path: ['policy', 'bundle', 'token'], value: 's3cret' }]);
    expect(document.body.innerHTML).not.toContain('s3cret');
    expect(screen.getByText('Token: set.')).toBeTruthy();
    expect(row('Token').getByText('Set, and not shown')).toBeTruthy();
    expect(document.activeElement).toBe(button('Replace: Token'));
  });

  it('add to lists and take out of them', async () => {
    const changes = { 'server.security.allowed_hosts': { value: ['a.example', 'b.example'] } };
    const { api } = await opened(() => sampleOverview(changes));
    await type('Add: Further host names', 'c.example');
    await click('Take out a.example');
    const path = ['server', 'security', 'allowed_hosts'];
    expect(api.asked('config.set')).toEqual([
      { path, value: ['a.example', 'b.example', 'c.example'] },
      { path, value: ['b.example'] },
    ]);
  });

  it('take paths from the system’s dialog', async () => {
    const { api } = await opened(undefined, { 'config.choose': () => '/certs/a.pem' }, 'TLS & tokens');
    await click('Choose: Certificate');
    expect(api.asked('config.choose')).toEqual(['file']);
    expect(api.asked('config.set')).toEqual([{ path: ['tls', 'cert_file'], value: '/certs/a.pem' }]);
  });

  it('lead to where names are looked after', async () => {
    const { app } = await opened(undefined, {}, 'TLS & tokens');
    await click('Clients with a token: open Clients');
    expect(app.navigation.view).toBe('clients');
  });

  it('say what the configuration warns of, with file and line', async () => {
    const warnings = ['/home/me/proxy.yaml:3: server.prot: there is no such key, it is ignored'];
    await opened(() => sampleOverview({}, { warnings, file: '/home/me/proxy.yaml' }));
    const said = within(screen.getByRole('group', { name: 'Warnings of the configuration' }));
    expect(said.getByRole('listitem').textContent).toMatch(/^proxy\.yaml, line 3: server\.prot: there is/);
  });

  it('are there while the proxy is not, with what keeps it from starting', async () => {
    const problem = '/p/proxy.yaml:2: server.listen.port: expected a whole number';
    const { api } = await opened(() => sampleOverview({}, { problem }), {
      'status.read': () => sampleStatus({ state: 'stopped', url: null }),
    });
    expect(screen.getByText(/and so the proxy does not start/)).toBeTruthy();
    await type('Port', '4000');
    expect(api.asked('config.set')).toHaveLength(1);
  });

  it('are read again when files were edited', async () => {
    const { api } = await opened();
    api.emit('config.changed', { waiting: [] });
    await settled();
    expect(api.asked('config.read')).toHaveLength(2);
  });

  it('are reached by name from the palette, and the search by its key', async () => {
    const { app } = await opened();
    expect(matching(commandsOf(app), '').some(({ name }) => name === 'Proxy & port: Port')).toBe(false);
    const [first] = matching(commandsOf(app), 'retention_days');
    expect(first?.name).toBe('Audit log: Keep records for');
    first?.run();
    await settled();
    expect(app.settings.group).toBe('audit');
    expect(document.activeElement).toBe(field('Keep records for'));
    await fireEvent.keyDown(window, { key: 'f', ctrlKey: true });
    await settled();
    expect(document.activeElement).toBe(screen.getByRole('searchbox'));
    expect(app.navigation.view).toBe('settings');
  });

  it('are the way out of problems', async () => {
    const problems = [
      { code: 'port_taken', message: 'Port 3000 is taken', remedy: 'Choose another' },
      { code: 'audit_cut', message: 'Cut', remedy: 'Look' },
    ];
    const { app } = await openWindow({
      'status.read': () => sampleStatus({ problems }),
      'config.read': () => sampleOverview(),
      'preferences.read': () => samplePreferences(),
    });
    await click('Choose another port');
    expect(app.navigation.view).toBe('settings');
    expect(document.activeElement).toBe(field('Port'));
  });
});

describe('Preferences of the app', () => {
  afterEach(cleanup);

  it('are changed at once, with an undo', async () => {
    const { api } = await opened(
      undefined,
      { 'preferences.set': (change) => samplePreferences({ theme: change.theme ?? 'system' }) },
      'General',
    );
    await fireEvent.click(row('Appearance').getByRole('radio', { name: 'Dark' }));
    await settled();
    expect(row('Appearance').getByRole('radio', { name: 'Dark' }).getAttribute('aria-checked')).toBe('true');
    await click('Undo');
    expect(api.asked('preferences.set')).toEqual([
      { theme: 'dark' },
      expect.objectContaining({ theme: 'system' }),
    ]);
  });

  it('say why the app can not start at login', async () => {
    const why = 'Only an installed app can start with the system.';
    await opened(
      undefined,
      { 'preferences.read': () => samplePreferences({ startAtLogin: { enabled: null, why } }) },
      'General',
    );
    expect(screen.getByRole('switch', { name: 'Start at login' }).hasAttribute('disabled')).toBe(true);
    expect(row('Start at login').getByText(why)).toBeTruthy();
  });

  it('say so where the keys are not heard', async () => {
    await opened(
      undefined,
      { 'preferences.read': () => samplePreferences({ pauseKeysHeard: false }) },
      'General',
    );
    expect(row('Keys that pause everything').getByText(/Not heard/)).toBeTruthy();
  });
});
