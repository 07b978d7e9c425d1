// Whose a connection is on Linux: what /proc prints, and real processes where this is Linux.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createLinuxProcesses,
  inodeOf,
  parseStat,
} from '../../../../../electron/gateway/clients/process/linux.ts';

/** As `cat /proc/net/tcp` printed it, with the columns behind the inode left away. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1238911 1 0 100 0
   1: 0100007F:0BB8 0100007F:DD56 01 00000000:00000000 00:00000000 00000000  1000        0 1239531 1 0 20 4
   2: 0100007F:DD56 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1000        0 1239530 1 0 20 4
   3: 0100007F:B744 0100007F:0BB8 06 00000000:00000000 03:0000027A 00000000     0        0 0 3 0000000000000000
   4: 0200007F:DD57 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1001        0 1239540 1 0 20 4`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:C001 00000000000000000000000001000000:0BB8 01 00000000:00000000 00:00000000 00000000  1000        0 4001 1 0 20
   1: 0000000000000000FFFF00000100007F:C002 0000000000000000FFFF00000100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1000        0 4002 1 0 20`;

const ends = (port: number, address = '127.0.0.1') => ({
  client: { address, port },
  proxy: { address: address === '::1' ? address : '127.0.0.1', port: 3000 },
});

describe('the tables of sockets', () => {
  it('give the socket at the other end, not the one at ours', () => {
    expect(inodeOf(tcp, ends(0xdd56), 1000)).toBe('1239530');
  });

  it('give IPv6, and IPv4 by an IPv6 socket', () => {
    expect(inodeOf(`${tcp}\n${tcp6}`, ends(0xc001, '::1'), 1000)).toBe('4001');
    expect(inodeOf(`${tcp}\n${tcp6}`, ends(0xc002), 1000)).toBe('4002');
    expect(inodeOf(`${tcp}\n${tcp6}`, ends(0xc002, '::ffff:127.0.0.1'), 1000)).toBe('4002');
  });

  it.each([
    ['of another user', ends(0xdd57, '127.0.0.2'), 1000],
    ['that is closed', ends(0xb744), 0],
    ['from another address', ends(0xdd57), 1001],
    ['that is not there', ends(1), 1000],
  ])('give nothing for a socket %s', (_what, of, uid) => {
    expect(inodeOf(tcp, of, uid)).toBeNull();
  });

  it('may be empty', () => {
    expect(inodeOf('null\n', ends(1), 0)).toBeNull();
  });
});

describe('/proc/PID/stat', () => {
  const numbers = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21';

  it('gives name and start', () => {
    expect(parseStat(`41 (claude) S ${numbers}\n`)).toEqual({
      name: 'claude',
      started: '987654',
      ended: false,
    });
  });

  it('may hold a name with parentheses and spaces', () => {
    expect(parseStat(`41 (a) S 1 (b) S ${numbers}`)).toMatchObject({ name: 'a) S 1 (b', started: '987654' });
  });

  it.each(['Z', 'X'])('tells by %s that it has ended', (state) => {
    expect(parseStat(`41 (claude) ${state} ${numbers}`)).toMatchObject({ ended: true });
  });

  it.each(['', '41', '41 (claude)', '41 (claude) S 1 2'])('is refused as "%s"', (text) => {
    expect(parseStat(text)).toBeNull();
  });
});

describe.runIf(process.platform === 'linux')('a real process', () => {
  const dials =
    "require('net').connect(Number(process.argv[1]), '127.0.0.1').on('error', () => {}).resume(); setInterval(() => {}, 1000)";

  async function connected() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const child = spawn(process.execPath, ['-e', dials, String(port)], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
      server.close();
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    const of = {
      client: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
      proxy: { address: socket.localAddress ?? '', port },
    };
    return { child, socket, of };
  }

  it('is found by its connection, and missed when it was killed', async () => {
    const { child, of } = await connected();
    const processes = createLinuxProcesses();
    const owner = await processes.ownerOf(of);
    expect(owner).toMatchObject({ pid: child.pid, executable: process.execPath });
    if (owner === null) return;
    expect(await processes.isRunning(owner)).toBe(true);
    expect(await processes.isRunning({ ...owner, started: '1' })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processes.isRunning(owner)).toBe(false);
    expect(await processes.ownerOf(of)).toBeNull();
  });

  it('of which the system shows nothing is nobody', async () => {
    const { of } = await connected();
    expect(await createLinuxProcesses('/nowhere').ownerOf(of)).toBeNull();
    expect(await createLinuxProcesses('/proc', 123_456).ownerOf(of)).toBeNull();
  });
});
