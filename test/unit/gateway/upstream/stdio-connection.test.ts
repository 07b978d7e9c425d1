// The stdio connection with real child processes.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../../electron/gateway/errors.ts';
import type { UpstreamConnection } from '../../../../electron/gateway/ports.ts';
import { openStdioConnection } from '../../../../electron/gateway/upstream/stdio-connection.ts';
import {
  allowedBytes,
  noRegister,
  recordingLogger,
  recordingSession,
  request,
  runs,
  type Session,
} from './peers.ts';

const fixture = join(import.meta.dirname, 'fixtures/stdio-server.mjs');
const opened: UpstreamConnection[] = [];

interface Opened {
  readonly session: Session;
  readonly connection: UpstreamConnection;
  readonly logger: ReturnType<typeof recordingLogger>;
}

function open(
  args: string[] = ['serve'],
  options: { command?: string; cwd?: string; env?: Record<string, string>; maxMessageBytes?: number } = {},
): Opened {
  const session = recordingSession();
  const logger = recordingLogger();
  const connection = openStdioConnection(
    {
      name: 'fixture',
      command: options.command ?? process.execPath,
      args: options.command === undefined ? [fixture, ...args] : args,
      env: { PATH: process.env.PATH ?? '', ELECTRON_RUN_AS_NODE: '1', ...options.env },
      cwd: options.cwd ?? null,
    },
    session,
    { children: noRegister, logger, maxMessageBytes: options.maxMessageBytes ?? 64 * 1024 * 1024 },
  );
  opened.push(connection);
  return { session, connection, logger };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (connection) => connection.close()));
});

describe('what is sent and received', () => {
  it('passes a message down byte for byte, on one line', async () => {
    const { session, connection } = open();
    const bytes = Buffer.from(
      '{"jsonrpc":"2.0",\n "id":1,"method":"received",\r\n"params":{"n":12345678901234567890,"u":"\\u00e9é"}}',
    );
    await connection.send(allowedBytes(bytes));
    const { result } = await session.answer(1);
    const line = Buffer.from((result as { line: string }).line, 'base64').toString();
    expect(line).toBe(bytes.toString().replaceAll(/[\r\n]/gu, ' '));
  });

  it('hands a message up byte for byte: big integers, unknown members, spacing', async () => {
    const { session, connection } = open();
    const said =
      '{ "jsonrpc":"2.0", "method":"notifications/x", "extra":[1e400, 12345678901234567890], "params":{"ü":"\\u0041"} }';
    await connection.send(request(1, 'say', { bytes: base64(`${said}\r\n`) }));
    const message = await session.heard('notifications/x');
    expect(message.bytes.toString()).toBe(said);
    expect(session.received[0]?.relatedTo).toBeNull();
  });

  it('hands up each message of a batch', async () => {
    const { session, connection } = open();
    const batch = '[{"jsonrpc":"2.0","id":7,"result":{}},{"jsonrpc":"2.0","method":"notifications/y"}]\n';
    await connection.send(request(1, 'say', { bytes: base64(batch) }));
    expect((await session.answer(7)).bytes.toString()).toBe('{"jsonrpc":"2.0","id":7,"result":{}}');
    await session.heard('notifications/y');
  });

  it('carries lines of 10 MB both ways', async () => {
    const { session, connection } = open();
    await connection.send(request('up', 'large', { length: 10_000_000 }));
    expect((await session.answer('up')).bytes.length).toBeGreaterThan(10_000_000);
    await connection.send(request('down', 'received', { text: 'y'.repeat(10_000_000) }));
    expect(((await session.answer('down')).result as { line: string }).line.length).toBeGreaterThan(
      13_000_000,
    );
  });

  it('keeps the order of messages that are sent without waiting', async () => {
    const { session, connection } = open();
    const ids = Array.from({ length: 50 }, (_, index) => index);
    await Promise.all(ids.map(async (id) => connection.send(request(id, 'ping'))));
    await session.answer(49);
    expect(session.received.map(({ message }) => message.kind === 'response' && message.id)).toEqual(ids);
  });

  it('skips lines that are no message', async () => {
    const { session, connection, logger } = open();
    await connection.send(request(1, 'say', { bytes: base64('Server is listening\n\n{"jsonrpc":"1.0"}\n') }));
    await connection.send(request(2, 'ping'));
    await session.answer(2);
    expect(session.received).toHaveLength(1);
    expect(logger.lines).toContainEqual({
      event: 'upstream_stderr',
      fields: { server: 'fixture', text: 'Server is listening' },
    });
  });

  it('ends a connection whose server sends more than the bound', async () => {
    const { session, connection } = open(['serve'], { maxMessageBytes: 10_000 });
    await connection.send(request(1, 'large', { length: 20_000 }));
    expect(await session.whyClosed()).toContain('more than 10000 bytes');
    await expect(connection.send(request(2, 'ping'))).rejects.toThrow(UpstreamError);
  });

  it('refuses to hold more than the bound for a server that does not read', async () => {
    const { session, connection } = open(['deaf'], { maxMessageBytes: 300_000 });
    const large = request(1, 'x', { text: 'x'.repeat(250_000) });
    const sends = [1, 2, 3, 4].map(async () => connection.send(large));
    const settled = Promise.allSettled(sends);
    await session.heard('notifications/ready');
    await expect(connection.send(large)).rejects.toThrow('does not read');
    await connection.close();
    expect((await settled).map(({ status }) => status)).toContain('rejected');
  });
});

describe('starting', () => {
  it('starts nothing before the first message', async () => {
    const { connection, logger } = open();
    await connection.close();
    expect(logger.lines).toEqual([]);
  });

  it('gives the process the environment and working directory of its server, nothing of ours', async () => {
    vi.stubEnv('CANARY', 'secret');
    const { session, connection } = open(['serve'], { cwd: tmpdir(), env: { GIVEN: 'yes' } });
    await connection.send(request(1, 'environment'));
    const { result } = await session.answer(1);
    expect(result).toMatchObject({ GIVEN: 'yes', 'working directory': tmpdir() });
    expect(result).not.toHaveProperty('CANARY');
    vi.unstubAllEnvs();
  });

  it('says which command was not found and what to do, and tries again the next time', async () => {
    const { session, connection } = open([], { command: 'no-such-mcp-server' });
    const failure = connection.send(request(1, 'initialize'));
    await expect(failure).rejects.toThrow(UpstreamError);
    await expect(failure).rejects.toThrow(
      /"no-such-mcp-server" was not found\. Install it, or give its full path/u,
    );
    await expect(connection.send(request(2, 'initialize'))).rejects.toThrow('was not found');
    expect(session.closings).toEqual([]);
  });

  it('does not blame the command for a missing working directory', async () => {
    const { connection } = open(['serve'], { cwd: '/no/such/folder' });
    await expect(connection.send(request(1, 'ping'))).rejects.toThrow(
      'working directory /no/such/folder does not exist',
    );
  });

  it('says that a file is not executable', async () => {
    const { connection } = open([], { command: fixture });
    await expect(connection.send(request(1, 'ping'))).rejects.toThrow('may not be executed');
  });
});

describe('ending', () => {
  it('reports the exit code and the last words of a server that dies', async () => {
    const { session, connection } = open();
    await connection.send(request(1, 'exit', { code: 3 }));
    expect(await session.whyClosed()).toBe('fixture exited with code 3: last words');
    await expect(connection.send(request(2, 'ping'))).rejects.toThrow('exited with code 3');
    expect(session.closings).toHaveLength(1);
  });

  it('explains a server that dies at once', async () => {
    const { session, connection } = open(['die', '1', 'reading config', 'Error: API_KEY is required']);
    await connection.send(request(1, 'initialize')).catch((error: unknown) => {
      expect(String(error)).toContain('API_KEY is required');
    });
    expect(await session.whyClosed()).toBe(
      'fixture exited with code 1: reading config | Error: API_KEY is required',
    );
  });

  it('names the signal that ended a server', async () => {
    const { session, connection } = open();
    await connection.send(request(1, 'family'));
    const [pid = 0] = ((await session.answer(1)).result as { pids: number[] }).pids;
    process.kill(pid, 'SIGKILL');
    expect(await session.whyClosed()).toBe('fixture was ended by SIGKILL');
  });

  it('ends a server that heeds the end of its input without a signal, and says nothing of it', async () => {
    const { session, connection, logger } = open();
    await connection.send(request(1, 'ping'));
    await session.answer(1);
    const start = performance.now();
    await connection.close();
    expect(performance.now() - start).toBeLessThan(500);
    expect(logger.lines).toContainEqual({
      event: 'upstream_exited',
      fields: expect.objectContaining({ code: 0, signal: null }) as unknown,
    });
    expect(session.closings).toEqual([]);
  });

  it('ends a server and its children within 2 s, even where they ignore SIGTERM', async () => {
    const { session, connection } = open();
    await connection.send(request(1, 'family'));
    const { pids } = (await session.answer(1)).result as { pids: number[] };
    expect(pids.map(runs)).toEqual([true, true]);
    const start = performance.now();
    await connection.close();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(pids.map(runs)).toEqual([false, false]);
  });

  it('ends the children that a dying server left behind', async () => {
    const { session, connection } = open();
    await connection.send(request(1, 'family'));
    const { pids } = (await session.answer(1)).result as { pids: number[] };
    await connection.send(request(2, 'exit', { code: 0 }));
    await session.whyClosed();
    await vi.waitFor(() => expect(pids.map(runs)).toEqual([false, false]), { timeout: 2500 });
  });

  it('can be closed twice, and takes nothing afterwards', async () => {
    const { session, connection } = open();
    await connection.send(request(1, 'ping'));
    await Promise.all([connection.close(), connection.close()]);
    await expect(connection.send(request(2, 'ping'))).rejects.toThrow('closed');
    expect(session.closings).toEqual([]);
  });

  it('does not leave a process behind when closed while it starts', async () => {
    const { connection, logger } = open();
    const refused = expect(connection.send(request(1, 'ping'))).rejects.toThrow('closed');
    await connection.close();
    await refused;
    const pid = logger.lines.find(({ event }) => event === 'upstream_started')?.fields?.pid;
    expect(typeof pid === 'number' && runs(pid)).toBe(false);
  });
});
