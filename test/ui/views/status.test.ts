import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { HealthPart } from '../../../electron/shared/health.ts';
import type { Answers } from '../fake-api.ts';
import { button, openWindow, settled } from '../open-window.ts';
import { sampleServer, sampleStatus } from '../../samples.ts';

const part = (change: Partial<HealthPart>): HealthPart => ({
  part: 'policy',
  name: null,
  state: 'ok',
  says: 'Every call is checked.',
  remedy: null,
  ...change,
});
const disk = part({ part: 'disk', state: 'attention', says: 'Only 12 MB are free.', remedy: 'Make room.' });

async function opened(parts: readonly HealthPart[], answers: Answers = {}) {
  const window = await openWindow({
    'status.read': () => sampleStatus({ servers: [sampleServer({ name: 'files' })] }),
    'health.read': () => [...parts],
    ...answers,
  });
  await fireEvent.click(screen.getByTitle('How each part is'));
  await settled();
  return window;
}

const rows = () =>
  within(screen.getByRole('list', { name: 'Parts of the proxy' }))
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());

describe('Status', () => {
  afterEach(cleanup);

  it('is reached from the state, and says that all is well', async () => {
    await opened([part({}), part({ part: 'metrics', state: 'off', says: 'Not served.' })]);
    expect(rows()).toEqual(['Fine Policy Every call is checked.', 'Off Metrics Not served.']);
    expect(screen.getByText('Every part that is switched on works.')).toBeTruthy();
  });

  it('puts what is wrong first, with what to do', async () => {
    await opened([part({}), disk]);
    expect(rows()[0]).toBe('Look at this Disk space Only 12 MB are free. Make room. Open settings');
    expect(screen.getByText('1 part needs you: Disk space.')).toBeTruthy();
  });

  it('follows what becomes of it', async () => {
    let now = [disk];
    const { api } = await opened([], { 'health.read': () => now });
    now = [part({ part: 'disk', says: '80 GB are free.' })];
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    api.emit('status.changed', sampleStatus());
    await settled();
    expect(rows()).toEqual(['Fine Disk space 80 GB are free.']);
  });

  it('tests a server that is broken, and starts one that is stopped', async () => {
    const broken = part({
      part: 'server',
      name: 'files',
      state: 'down',
      says: 'no answer',
      remedy: 'Test it.',
    });
    const stopped = part({ part: 'server', name: 'mail', state: 'off', says: 'You have stopped it.' });
    const { api, app } = await opened([broken, stopped], {
      'servers.start': () => true,
      'servers.test': () => null,
      'servers.read': () => null,
    });
    await fireEvent.click(button('Start: Server mail'));
    await fireEvent.click(button('Test it: Server files'));
    await settled();
    expect(api.asked('servers.start')).toEqual([{ name: 'mail' }]);
    expect(api.asked('servers.test')).toEqual([{ name: 'files' }]);
    expect([app.navigation.view, app.servers.openName]).toEqual(['servers', 'files']);
  });
});
