// A client that dies says nothing: its connections close and its process is gone. One that lives on may come back.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CallerProcess } from '../../../../electron/gateway/call.ts';
import type { ConnectionEnds, ProcessTable } from '../../../../electron/gateway/ports.ts';
import { createPresences } from '../../../../electron/gateway/session/presence.ts';

const cursor: CallerProcess = { pid: 41, started: '7', executable: '/opt/cursor', name: 'cursor' };
const helper: CallerProcess = { ...cursor, pid: 42, name: 'helper' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Processes that the test starts and ends. */
class FakeProcesses implements ProcessTable {
  readonly asked: ConnectionEnds[] = [];
  readonly running = new Set([cursor, helper]);
  looks = 0;
  /** Whose the next connection is. */
  owner: Promise<CallerProcess | null> = Promise.resolve(cursor);

  ownerOf(ends: ConnectionEnds): Promise<CallerProcess | null> {
    this.asked.push(ends);
    return this.owner;
  }

  isRunning(process: CallerProcess): Promise<boolean> {
    this.looks += 1;
    return Promise.resolve(this.running.has(process));
  }
}

async function setting() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const processes = new FakeProcesses();
  const presences = createPresences(processes);
  const gone = vi.fn();
  const presence = presences.open(gone);
  const opened: Socket[] = [];
  onTestFinished(() => {
    presence.close();
    for (const socket of opened) socket.destroy();
    server.close();
  });
  const dial = async (): Promise<{ client: Socket; socket: Socket }> => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(port, '127.0.0.1');
    const [socket] = await accepted;
    opened.push(client, socket);
    return { client, socket };
  };
  /** As most clients do: one request after the other. */
  const use = (socket: Socket): void => {
    presence.seenOn(socket);
    presence.seenOn(socket);
  };
  const leave = async ({ socket }: { socket: Socket }): Promise<void> => {
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
  };
  return { processes, presences, presence, gone, dial, use, leave };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a client', () => {
  it('is looked for once a connection, by its two ends', async () => {
    const { processes, presences, presence, dial } = await setting();
    const { client, socket } = await dial();
    expect(presences.processOf(socket)).toBeNull();
    for (let i = 0; i < 3; i += 1) presence.seenOn(socket);
    await pass(0);
    expect([presence.process, presences.processOf(socket)]).toEqual([cursor, cursor]);
    expect(processes.asked).toEqual([
      {
        client: { address: '127.0.0.1', port: client.localPort },
        proxy: { address: '127.0.0.1', port: client.remotePort },
      },
    ]);
  });

  it('that has ended is known to be gone well within 2 s', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const connection = await dial();
    use(connection.socket);
    await leave(connection);
    processes.running.clear();
    await pass(200);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('that takes a while to end is looked for again', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const connection = await dial();
    use(connection.socket);
    await leave(connection);
    await pass(1000);
    expect(gone).not.toHaveBeenCalled();
    processes.running.clear();
    await pass(600);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('that only closes its connections is there, and looked for each half minute', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const connection = await dial();
    use(connection.socket);
    await leave(connection);
    await pass(5 * 60_000);
    expect(gone).not.toHaveBeenCalled();
    expect(processes.looks).toBeLessThan(20);
    processes.running.clear();
    await pass(30_000);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('that has come back is not looked for', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const first = await dial();
    use(first.socket);
    await leave(first);
    use((await dial()).socket);
    processes.running.clear();
    await pass(60_000);
    expect(gone).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('with one connection left is there, whatever its process', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const [one, other] = [await dial(), await dial()];
    use(one.socket);
    use(other.socket);
    processes.running.clear();
    await leave(one);
    await pass(60_000);
    expect(gone).not.toHaveBeenCalled();
    await leave(other);
    await pass(200);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('of two processes is gone with the second', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const one = await dial();
    use(one.socket);
    processes.owner = Promise.resolve(helper);
    const other = await dial();
    use(other.socket);
    processes.running.delete(cursor);
    await leave(one);
    await leave(other);
    await pass(5000);
    expect(gone).not.toHaveBeenCalled();
    processes.running.delete(helper);
    await pass(30_000);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('whose process is not known is never gone', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    processes.owner = Promise.resolve(null);
    const connection = await dial();
    use(connection.socket);
    await leave(connection);
    await pass(60_000);
    expect(gone).not.toHaveBeenCalled();
    expect([vi.getTimerCount(), processes.looks]).toEqual([0, 0]);
  });

  it('whose process is found after it has closed its connections is gone all the same', async () => {
    const { processes, use, gone, dial, leave } = await setting();
    const { promise, resolve } = Promise.withResolvers<CallerProcess>();
    processes.owner = promise;
    const connection = await dial();
    use(connection.socket);
    await leave(connection);
    await pass(200);
    processes.running.clear();
    resolve(cursor);
    await pass(400);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('that was a single command of a script is waited for longer', async () => {
    const { processes, presence, gone, dial, leave } = await setting();
    const connection = await dial();
    presence.seenOn(connection.socket);
    await leave(connection);
    processes.running.clear();
    await pass(4 * 60_000);
    expect(gone).not.toHaveBeenCalled();
    await pass(60_000);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('with a connection for each request is known by its process', async () => {
    const { processes, presence, gone, dial, leave } = await setting();
    for (let i = 0; i < 2; i += 1) {
      const connection = await dial();
      presence.seenOn(connection.socket);
      await leave(connection);
    }
    processes.running.clear();
    await pass(200);
    expect(gone).toHaveBeenCalledOnce();
  });

  it('whose session has ended is not looked for', async () => {
    const { processes, presence, gone, dial, leave } = await setting();
    const [one, other] = [await dial(), await dial()];
    presence.seenOn(one.socket);
    presence.seenOn(other.socket);
    await leave(one);
    presence.close();
    await leave(other);
    processes.running.clear();
    await pass(60_000);
    expect([gone.mock.calls, vi.getTimerCount()]).toEqual([[], 0]);
  });
});

it('many sessions share a connection, and each hears of its end', async () => {
  const { processes, presences, dial, leave } = await setting();
  const connection = await dial();
  const gone = Array.from({ length: 50 }, () => vi.fn());
  for (const each of gone) {
    const presence = presences.open(each);
    presence.seenOn(connection.socket);
    presence.seenOn(connection.socket);
  }
  expect(connection.socket.listenerCount('close')).toBeLessThan(5);
  processes.running.clear();
  await leave(connection);
  await pass(200);
  expect(gone.map((each) => each.mock.calls.length)).toEqual(Array.from({ length: 50 }, () => 1));
  expect(processes.asked).toHaveLength(1);
});
