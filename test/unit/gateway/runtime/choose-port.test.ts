// The way to a port: the configured one or none, otherwise the kept one or the next that is free.
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnChosenPort } from '../../../../electron/gateway/runtime/choose-port.ts';

const address = '127.0.0.1';

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  onTestFinished(() => void server.close());
  const at = server.address();
  return typeof at === 'object' && at !== null ? at.port : 0;
}

/** A real socket in the place of the HTTP server: the choice is the same. */
function socketServer() {
  const server = createServer();
  return {
    listen: async (port: number) => ({ port: await listening(server, port), address, family: 'IPv4' }),
    close: () => undefined,
  };
}

const occupied = () => listening(createServer(), 0);

describe('the port', () => {
  it('is the wanted one where it is free', async () => {
    const port = await occupied();
    const wish = { address, port: port + 1, configured: false, kept: undefined };
    expect((await listenOnChosenPort(socketServer(), wish)).port).toBeGreaterThan(port);
  });

  it('is the next free one where the wanted one is taken and nobody configured it', async () => {
    const taken = await occupied();
    const wish = { address, port: taken, configured: false, kept: undefined };
    const { port } = await listenOnChosenPort(socketServer(), wish);
    expect(port).toBeGreaterThan(taken);
    expect(port).toBeLessThanOrEqual(taken + 50);
  });

  it('is the kept one rather than the wanted one', async () => {
    const free = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, address, () => {
        const at = probe.address();
        probe.close(() => resolve(typeof at === 'object' && at !== null ? at.port : 0));
      });
    });
    const wish = { address, port: 3000, configured: false, kept: free };
    expect((await listenOnChosenPort(socketServer(), wish)).port).toBe(free);
  });

  it('is the configured one or none', async () => {
    const taken = await occupied();
    const wish = { address, port: taken, configured: true, kept: undefined };
    await expect(listenOnChosenPort(socketServer(), wish)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is not looked for where something else is wrong', async () => {
    const wish = { address: '192.0.2.1', port: 0, configured: false, kept: undefined };
    const refusing = {
      listen: () => Promise.reject(Object.assign(new Error('no such address'), { code: 'EADDRNOTAVAIL' })),
      close: () => undefined,
    };
    await expect(listenOnChosenPort(refusing, wish)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
