import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import App from '../../../renderer/App.svelte';
import { createApp } from '../../../renderer/state/app.ts';
import { commandsOf, matching } from '../../../renderer/views/frame/commands.ts';
import { fakeApi } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleApp, sampleApproval, sampleServer, sampleStatus } from '../../samples.ts';

const press = (key: string, rest: KeyboardEventInit = { ctrlKey: true }) =>
  fireEvent.keyDown(window, { key, ...rest });

describe('the frame', () => {
  afterEach(cleanup);

  it('goes to each view by click and by number', async () => {
    const { app } = await openWindow({
      'policy.read': () => ({
        source: '/p',
        files: [],
        entrypoint: 'e',
        problem: null,
        diagnostics: [],
        version: 1,
        bundle: null,
      }),
    });
    for (const [index, view] of (
      ['home', 'activity', 'approvals', 'policies', 'servers', 'clients', 'settings'] as const
    ).entries()) {
      await press(String(index + 1));
      await settled();
      expect(app.navigation.view).toBe(view);
    }
    await press('1', { ctrlKey: true, shiftKey: true });
    await press('1', {});
    await settled();
    expect(app.navigation.view).toBe('settings');
    await fireEvent.click(button('Home'));
    expect(button('Home').getAttribute('aria-current')).toBe('page');
  });

  it('is there before anything is known', () => {
    const app = createApp(fakeApi({}));
    render(App, { app });
    expect(screen.getByRole('navigation')).toBeTruthy();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Starting');
    app.close();
  });

  it('pauses with one click, says so on every view and in the title, and resumes from there', async () => {
    const { api } = await openWindow({ 'pause.set': () => undefined });
    await fireEvent.click(button('Pause everything'));
    expect(api.asked('pause.set')).toEqual([true]);
    api.emit('status.changed', sampleStatus({ state: 'paused' }));
    await settled();
    expect(document.title).toBe('Paused · MCP Proxy Desktop');
    await press('2');
    await settled();
    expect(screen.getByRole('alert').textContent).toContain(
      'Every call is refused until you resume, and those under way were stopped.',
    );
    const [inFoot, inBar] = screen.getAllByRole('button', { name: 'Resume' });
    expect([inFoot, inBar]).not.toContain(undefined);
    await fireEvent.click(inBar ?? expect.fail());
    expect(api.asked('pause.set')).toEqual([true, false]);
  });

  it('names the key that pauses from anywhere, where it is heard', async () => {
    await openWindow();
    expect(button('Pause everything').title).toMatch(/^Ctrl Alt Shift P/);
    cleanup();
    await openWindow({ 'app.info': () => ({ ...sampleApp, pauseShortcut: null }) });
    expect(button('Pause everything').title).toBe('');
  });

  it('changes the mode; what is shown as chosen is what is in force', async () => {
    const { api } = await openWindow({ 'mode.set': () => undefined });
    const audit = screen.getByRole('radio', { name: 'Audit' });
    await fireEvent.click(audit);
    await settled();
    expect(api.asked('mode.set')).toEqual(['audit']);
    expect(audit.getAttribute('aria-checked')).toBe('false');
    api.emit('status.changed', sampleStatus({ mode: 'audit' }));
    await settled();
    expect(audit.getAttribute('aria-checked')).toBe('true');
    await fireEvent.click(button('Undo'));
    await settled();
    expect(api.asked('mode.set')).toEqual(['audit', 'enforce']);
  });

  it('shows a managed mode locked, and where it is set', async () => {
    const managed = sampleStatus({ modeManagedAt: '/etc/managed.yaml:1' });
    const { api } = await openWindow({ 'status.read': () => managed });
    const audit = screen.getByRole<HTMLButtonElement>('radio', { name: 'Audit' });
    expect(audit.disabled).toBe(true);
    expect(screen.getByText('Set by your organization').closest('p')?.title).toBe('/etc/managed.yaml:1');
    await fireEvent.click(audit);
    await settled();
    expect(api.asked('mode.set')).toEqual([]);
  });

  it('offers no switches while there is nothing to switch', async () => {
    await openWindow({ 'status.read': () => sampleStatus({ state: 'stopped', url: null }) });
    expect(screen.queryByRole('radio', { name: 'Audit' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Pause everything' })).toBeNull();
    expect(button('Restart the proxy')).toBeTruthy();
  });

  it('counts waiting calls beside their view and in the title', async () => {
    await openWindow({ 'approvals.list': () => [sampleApproval('a'), sampleApproval('b')] });
    expect(button(/Approvals/).textContent).toContain('2');
    expect(document.title).toBe('(2) MCP Proxy Desktop');
  });

  it('says what failed until it is dismissed', async () => {
    await openWindow({ 'pause.set': () => Promise.reject(new Error('No')) });
    await fireEvent.click(button('Pause everything'));
    await settled();
    expect(screen.getByText("Couldn't pause.")).toBeTruthy();
    await fireEvent.click(button('Dismiss'));
    expect(screen.queryByText("Couldn't pause.")).toBeNull();
  });
});

describe('the palette', () => {
  afterEach(cleanup);

  const option = (name: RegExp) => screen.queryByRole('option', { name });

  it('opens with Ctrl K, finds by name, and Enter does it', async () => {
    const { api } = await openWindow({ 'pause.set': () => undefined });
    await press('k');
    await settled();
    const input = screen.getByRole('combobox');
    await fireEvent.input(input, { target: { value: 'pau' } });
    expect(option(/Pause everything/)?.getAttribute('aria-selected')).toBe('true');
    await fireEvent.keyDown(input, { key: 'Enter' });
    await settled();
    expect(api.asked('pause.set')).toEqual([true]);
    await waitFor(() => expect(screen.queryByRole('combobox')).toBeNull());
  });

  it('is walked with the arrows, round and round', async () => {
    const { app } = await openWindow();
    await press('k');
    await settled();
    const input = screen.getByRole('combobox');
    await fireEvent.keyDown(input, { key: 'ArrowUp' });
    const options = screen.getAllByRole('option');
    expect(options.at(-1)?.getAttribute('aria-selected')).toBe('true');
    await fireEvent.keyDown(input, { key: 'ArrowDown' });
    await fireEvent.keyDown(input, { key: 'ArrowDown' });
    await fireEvent.keyDown(input, { key: 'Enter' });
    await settled();
    expect(app.navigation.view).toBe('activity');
  });

  it('has only what can be done now', () => {
    const app = createApp(fakeApi({}));
    const names = () => commandsOf(app).map(({ name }) => name);
    expect(names()).not.toContain('Copy the URL');
    app.gateway.status = sampleStatus();
    expect(names()).toEqual(
      expect.arrayContaining(['Copy the URL', 'Pause everything', 'Change the mode to Audit']),
    );
    expect(names()).toContain('Run the demo: three calls');
    app.gateway.status = sampleStatus({
      state: 'paused',
      policyEnabled: false,
      servers: [
        sampleServer({ name: 'fs', kind: 'stdio' }),
        sampleServer({ name: 'git', kind: 'stdio', isDefault: false }),
      ],
    });
    expect(names()).toEqual(
      expect.arrayContaining(['Resume', 'Copy the URL of git', 'Copy the URL of git for HTTP+SSE']),
    );
    for (const name of ['Pause everything', 'Change the mode to Audit', 'Run the demo: three calls']) {
      expect(names()).not.toContain(name);
    }
    app.close();
  });

  it('finds by other words too, the likeliest first', () => {
    const app = createApp(fakeApi({}));
    const found = (query: string) => matching(commandsOf(app), query).map(({ name }) => name);
    expect(found('blocked')[0]).toBe('Show denied calls');
    expect(found('pol')[0]).toBe('Go to Policies');
    expect(found('zzzz')).toEqual([]);
    app.close();
  });
});
