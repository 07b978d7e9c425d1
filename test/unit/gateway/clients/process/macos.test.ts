// Whose a connection is on macOS: what lsof and ps print.
import { describe, expect, it } from 'vitest';
import {
  createMacosProcesses,
  parsePs,
  pidIn,
} from '../../../../../electron/gateway/clients/process/macos.ts';

const ends = {
  client: { address: '127.0.0.1', port: 52_344 },
  proxy: { address: '127.0.0.1', port: 3000 },
};
const lsof = `p501
f27
n127.0.0.1:3000->127.0.0.1:52344
p877
f19
n127.0.0.1:52344->127.0.0.1:3000
`;
const claude = '/Applications/Claude.app/Contents/MacOS/Claude';
const ps = `Ss   Sun Nov  2 09:05:13 2025     ${claude}\n`;

describe('lsof', () => {
  it('lists both ends; the client is the one that names itself first', () => {
    expect(pidIn(lsof, ends)).toBe(877);
  });

  it('gives IPv6, too', () => {
    const [client, proxy] = [52_344, 3000].map((port) => ({ address: '::1', port }));
    if (client === undefined || proxy === undefined) return;
    expect(pidIn('p9\nf3\nn[::1]:52344->[::1]:3000\n', { client, proxy })).toBe(9);
  });

  it.each([
    '',
    'p501\nf27\n',
    'p501\nn127.0.0.1:3000->127.0.0.1:52344\n',
    'n127.0.0.1:52344->127.0.0.1:3000',
  ])('may find nobody: %j', (output) => {
    expect(pidIn(output, ends)).toBeNull();
  });
});

describe('ps', () => {
  it('gives start and program', () => {
    expect(parsePs(877, ps)).toEqual({
      process: { pid: 877, started: 'Sun Nov  2 09:05:13 2025', executable: claude, name: 'Claude' },
      ended: false,
    });
  });

  it('knows those that have ended', () => {
    expect(parsePs(877, ps.replace('Ss', 'Z+'))).toMatchObject({ ended: true });
  });

  it.each(['', '\n', 'nonsense'])('may say nothing: %j', (output) => {
    expect(parsePs(877, output)).toBeNull();
  });
});

describe('the two together', () => {
  const asked: string[] = [];
  const answering = (answers: Readonly<Record<string, string | null>>) =>
    createMacosProcesses((command, args) => {
      asked.push([command, ...args].join(' '));
      return Promise.resolve(answers[command] ?? null);
    });

  it('find a process', async () => {
    asked.length = 0;
    const processes = answering({ '/usr/sbin/lsof': lsof, '/bin/ps': ps });
    expect(await processes.ownerOf(ends)).toMatchObject({ pid: 877, executable: claude });
    expect(asked).toEqual([
      '/usr/sbin/lsof -nP -iTCP@127.0.0.1:52344 -sTCP:ESTABLISHED -Fpn',
      '/bin/ps -o stat=,lstart=,comm= -p 877',
    ]);
  });

  it('find nobody where a command says nothing', async () => {
    expect(await answering({}).ownerOf(ends)).toBeNull();
    expect(await answering({ '/usr/sbin/lsof': lsof }).ownerOf(ends)).toBeNull();
  });

  it('tell a process from a later one with its pid, and are in doubt where ps says nothing', async () => {
    // This process is there on every system; what ps says of it is what the test makes it say.
    const { pid } = process;
    const known = { pid, started: 'Sun Nov  2 09:05:13 2025', executable: claude, name: 'Claude' };
    expect(await answering({ '/bin/ps': ps }).isRunning(known)).toBe(true);
    expect(await answering({ '/bin/ps': ps.replace('09:', '10:') }).isRunning(known)).toBe(false);
    expect(await answering({ '/bin/ps': ps.replace('Ss', 'Z') }).isRunning(known)).toBe(false);
    expect(await answering({}).isRunning(known)).toBe(true);
    expect(await answering({ '/bin/ps': ps }).isRunning({ ...known, pid: 2 ** 30 })).toBe(false);
  });
});
