// Linux: /proc says which socket is the other end of a connection, whose it is, and what that process is.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallerProcess } from '../../call.ts';
import type { ConnectionEnds, ProcessTable } from '../../ports.ts';

/** Clients that have been seen are looked at first: most connections are of one that has others. */
const MAX_REMEMBERED = 64;
/** So many links are read before other work has its turn; one takes about 3 µs. */
const LINKS_A_TURN = 128;

/** Reads `/proc`, or what a test puts in its place. Processes of other users are nobody's. */
export function createLinuxProcesses(root = '/proc', uid = process.getuid?.() ?? -1): ProcessTable {
  const remembered = new Set<number>();

  async function inodeIn(table: string, ends: ConnectionEnds): Promise<string | null> {
    return inodeOf((await textOf(`${root}/net/${table}`)) ?? '', ends, uid);
  }

  async function pidWith(inode: string): Promise<number | null> {
    const socket = `socket:[${inode}]`;
    for (const pid of remembered) if (await holds(pid, socket)) return pid;
    const pids = (await entriesOf(root)).filter((name) => /^\d+$/u.test(name)).map(Number);
    for (const pid of pids.filter((one) => !remembered.has(one)).sort((a, b) => b - a)) {
      if (!(await holds(pid, socket))) continue;
      remembered.add(pid);
      const [oldest] = remembered;
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      return pid;
    }
    return null;
  }

  async function holds(pid: number, target: string): Promise<boolean> {
    const folder = `${root}/${pid}/fd`;
    const descriptors = await entriesOf(folder);
    for (const [index, descriptor] of descriptors.entries()) {
      if (index % LINKS_A_TURN === LINKS_A_TURN - 1) await nextTurn();
      if (linkAt(`${folder}/${descriptor}`) === target) return true;
    }
    return false;
  }

  async function describe(pid: number): Promise<CallerProcess | null> {
    const stat = parseStat((await textOf(`${root}/${pid}/stat`)) ?? '');
    if (stat === null) return null;
    const executable = await readlink(`${root}/${pid}/exe`).catch(() => '');
    return {
      pid,
      started: stat.started,
      name: stat.name,
      executable: executable.replace(/ \(deleted\)$/u, ''),
    };
  }

  return {
    async ownerOf(ends) {
      // The kernel takes milliseconds to write such a table, however few rows it has.
      const inode = (await inodeIn('tcp', ends)) ?? (await inodeIn('tcp6', ends));
      const pid = inode === null ? null : await pidWith(inode);
      return pid === null ? null : describe(pid);
    },
    async isRunning({ pid, started }) {
      const text = await textOf(`${root}/${pid}/stat`);
      const stat = text === null ? null : parseStat(text);
      return stat !== null && stat.started === started && !stat.ended;
    },
  };
}

/**
 * The inode of the client's socket, from `/proc/net/tcp` and `tcp6` (proc(5)): its local address is the client's and
 * its remote one is ours. Null where there is none, or it is of another user.
 */
export function inodeOf(tables: string, { client, proxy }: ConnectionEnds, uid: number): string | null {
  const locals = writtenAs(client);
  const remotes = writtenAs(proxy);
  for (const line of tables.split('\n')) {
    // There may be thousands, most of them of connections that are over.
    if (!locals.some((written) => line.includes(written))) continue;
    const [, local = '', remote = '', , , , , owner, , inode] = line.trim().split(/\s+/u);
    if (!locals.includes(local) || !remotes.includes(remote)) continue;
    // A socket that nobody holds any more has no inode.
    if (inode !== undefined && inode !== '0') return Number(owner) === uid ? inode : null;
  }
  return null;
}

/** How the kernel writes an address and port: as IPv6 and, where it has such a form, as IPv4. */
function writtenAs({ address, port }: ConnectionEnds['client']): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  if (address === '::1') return [hex([0, 0, 0, 1]) + suffix];
  const bytes = address
    .replace(/^::ffff:/iu, '')
    .split('.')
    .map(Number);
  const word = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return [hex([word]) + suffix, hex([0, 0, 0xffff, word]) + suffix];
}

/** Words of 32 bits in network order, which the kernel prints as if they were numbers of this machine. */
function hex(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, index * 4);
  if (endianness() === 'LE') bytes.swap32();
  return bytes.toString('hex').toUpperCase();
}

/** `/proc/PID/stat` (proc(5)); null where it is none. The name stands in parentheses, and may hold some. */
export function parseStat(text: string): { name: string; started: string; ended: boolean } | null {
  const match = /^\d+ \((?<name>.*)\) (?<rest>[^)]*)$/su.exec(text.trimEnd());
  const fields = match?.groups?.rest?.split(' ') ?? [];
  const [state = ''] = fields;
  // Field 22, in clock ticks since the machine was started.
  const started = fields[19];
  if (started === undefined) return null;
  // Z, X: it has ended, and its parent has not asked yet.
  return { name: match?.groups?.name ?? '', started, ended: state === 'Z' || state === 'X' };
}

/** Nothing of a process that is of another user, or has ended meanwhile. */
async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function textOf(file: string): Promise<string | null> {
  return readFile(file, 'latin1').catch(() => null);
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed meanwhile.
    return null;
  }
}
