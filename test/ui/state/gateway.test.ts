import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from '../../../renderer/api/window-api.ts';
import { GatewayState } from '../../../renderer/state/gateway.svelte.ts';
import { Notices } from '../../../renderer/state/notices.svelte.ts';
import { type Answers, fakeApi } from '../fake-api.ts';
import { sampleServer, sampleStatus } from '../../samples.ts';

function open(answers: Answers) {
  const api = fakeApi({ 'status.read': () => sampleStatus(), ...answers });
  const notices = new Notices();
  const onServing = vi.fn();
  return { api, notices, onServing, gateway: new GatewayState(api, notices, onServing) };
}

describe('GatewayState', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('has addresses of each server for both transports once the gateway listens', async () => {
    const files = { name: 'files', isDefault: false, paths: { mcp: '/f/mcp', sse: '/f/sse' } };
    const { api, gateway } = open({
      'status.read': () => sampleStatus({ servers: [sampleServer(), sampleServer(files)] }),
    });
    expect([gateway.condition, gateway.served]).toEqual(['starting', []]);
    await gateway.load();
    const urls = () => gateway.served.map(({ addresses }) => addresses.map(({ url }) => url));
    expect(urls()).toEqual([
      ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/sse'],
      ['http://127.0.0.1:3000/f/mcp', 'http://127.0.0.1:3000/f/sse'],
    ]);
    expect(gateway.allUrl).toBe('http://127.0.0.1:3000/all/mcp');
    api.emit('status.changed', sampleStatus({ servesSse: false }));
    expect([urls(), gateway.allUrl]).toEqual([[['http://127.0.0.1:3000/mcp']], null]);
    api.emit('status.changed', sampleStatus({ state: 'stopped', url: null }));
    expect([gateway.condition, gateway.served, gateway.allUrl]).toEqual(['stopped', [], null]);
  });

  it('can be demonstrated while the demo server is served', () => {
    const { api, gateway } = open({});
    api.emit('status.changed', sampleStatus());
    expect(gateway.demonstrable).toBe(true);
    api.emit('status.changed', sampleStatus({ url: null }));
    expect(gateway.demonstrable).toBe(false);
    api.emit('status.changed', sampleStatus({ servers: [sampleServer({ kind: 'stdio' })] }));
    expect(gateway.demonstrable).toBe(false);
  });

  it('tells each time when it has come to serve', async () => {
    const { api, gateway, onServing } = open({
      'status.read': () => sampleStatus({ state: 'starting', url: null }),
    });
    await gateway.load();
    expect(onServing).not.toHaveBeenCalled();
    api.emit('status.changed', sampleStatus());
    api.emit('status.changed', sampleStatus({ state: 'paused' }));
    expect(onServing).toHaveBeenCalledTimes(1);
    api.emit('status.changed', sampleStatus({ state: 'stopped', url: null }));
    api.emit('status.changed', sampleStatus());
    expect(onServing).toHaveBeenCalledTimes(2);
  });

  it('pauses without asking back, and can be undone for ten seconds', async () => {
    const { api, gateway, notices } = open({ 'pause.set': () => undefined });
    await gateway.load();
    await gateway.togglePaused();
    expect(api.asked('pause.set')).toEqual([true]);
    vi.advanceTimersByTime(9_999);
    notices.list[0]?.undo?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(api.asked('pause.set')).toEqual([true, false]);
    vi.advanceTimersByTime(10_000);
    expect(notices.list).toEqual([]);
  });

  it('changes the mode and back again, and does nothing for the mode that is set', async () => {
    const { api, gateway, notices } = open({ 'mode.set': () => undefined });
    await gateway.load();
    await gateway.setMode('enforce');
    await gateway.setMode('audit');
    api.emit('status.changed', sampleStatus({ mode: 'audit' }));
    notices.list[0]?.undo?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(api.asked('mode.set')).toEqual(['audit', 'enforce']);
  });

  it('says what failed, why, and what to do', async () => {
    const { gateway, notices } = open({
      'pause.set': () => Promise.reject(new CommandError('gateway_stopped', 'The proxy is not running')),
    });
    await gateway.setPaused(true);
    expect(notices.list).toMatchObject([
      {
        kind: 'failed',
        text: "Couldn't pause.",
        detail: 'The proxy is not running. Try again once the proxy runs; the Home view says how it is.',
        undo: null,
      },
    ]);
    expect(gateway.busy).toBe(false);
  });

  it('copies through the app', async () => {
    const { api, gateway, notices } = open({ 'clipboard.write': () => undefined });
    await expect(gateway.copy('text', 'the URL')).resolves.toBe(true);
    expect(api.asked('clipboard.write')).toEqual(['text']);
    expect(notices.announcement).toBe('Copied the URL.');
  });
});
