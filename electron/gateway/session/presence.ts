// Whether a session's client is still there: a program that dies says no goodbye, but its connections close and its
// process is gone. One that only closes connections lives on, and may come back.
import type { Socket } from 'node:net';
import type { CallerProcess } from '../call.ts';
import type { ConnectionEnds, ProcessTable } from '../ports.ts';

/**
 * Pauses after the last connection closed, milliseconds, each before a look at the processes; then one every half
 * minute. What a dead client leaves has to be gone within 2 s, and the end of a server may take most of that.
 */
const FIRST_PAUSES_MS: readonly number[] = [150, 250, 500, 700];
const LATER_PAUSE_MS = 30_000;
/** Of scripts, where each request is a program of its own (curl) and a person may type the next one. */
const SCRIPT_PAUSE_MS = 5 * 60_000;

/** The program that uses a session, watched from its first connection on. */
export interface Presence {
  /** A message came on this connection. Waits for nothing. */
  seenOn(socket: Socket): void;
  /** What is known of it by now; of several programs the one that was found first. */
  readonly process: CallerProcess | null;
  /** The only program that has used it so far; null where there were several, or one that is not known. */
  sole(): Promise<CallerProcess | null>;
  close(): void;
}

export interface Presences {
  /** `gone` is called once, when all the programs that used the session have ended. Never where none is known. */
  open(gone: () => void): Presence;
  /** The program at the other end of a connection, where it is known by now. The first question starts the search. */
  processOf(socket: Socket): CallerProcess | null;
}

export function createPresences(processes: ProcessTable): Presences {
  const connections = new WeakMap<Socket, Connection>();
  const connectionOf = (socket: Socket): Connection => {
    const connection = connections.get(socket) ?? new Connection(socket, processes);
    connections.set(socket, connection);
    return connection;
  };
  return {
    open: (gone) => new SessionPresence(connectionOf, processes, gone),
    processOf: (socket) => connectionOf(socket).process,
  };
}

/** One for all sessions that use it, so that its owner is looked for once. */
class Connection {
  readonly owner: Promise<CallerProcess | null>;
  process: CallerProcess | null = null;
  readonly usedBy = new Set<SessionPresence>();

  constructor(socket: Socket, processes: ProcessTable) {
    const ends = loopbackEnds(socket);
    this.owner = ends === null ? Promise.resolve(null) : processes.ownerOf(ends);
    void this.owner.then((process) => (this.process = process));
    socket.once('close', () => {
      for (const presence of this.usedBy) presence.left(this);
    });
  }
}

class SessionPresence implements Presence {
  readonly #connectionOf: (socket: Socket) => Connection;
  readonly #processes: ProcessTable;
  readonly #gone: () => void;
  readonly #open = new Set<Connection>();
  readonly #known: CallerProcess[] = [];
  /** Connections whose owner has yet to be found. */
  #sought = 0;
  /** Resolves when the owners of all connections so far have been looked for. */
  #lookedFor: Promise<unknown> = Promise.resolve();
  /** Some connection was of a program that is not known. */
  #hasUnknown = false;
  /** One of the programs has sent more than one request: it is a client, and not a command of a script. */
  #stays = false;
  #nextLook: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(connectionOf: (socket: Socket) => Connection, processes: ProcessTable, gone: () => void) {
    this.#connectionOf = connectionOf;
    this.#processes = processes;
    this.#gone = gone;
  }

  get process(): CallerProcess | null {
    return this.#known[0] ?? null;
  }

  async sole(): Promise<CallerProcess | null> {
    while (this.#sought > 0) await this.#lookedFor;
    return this.#hasUnknown || this.#known.length !== 1 ? null : this.process;
  }

  seenOn(socket: Socket): void {
    const connection = this.#connectionOf(socket);
    if (this.#closed || socket.closed) return;
    if (this.#open.has(connection)) {
      this.#stays = true;
      return;
    }
    this.#open.add(connection);
    connection.usedBy.add(this);
    this.#rest();
    this.#sought += 1;
    const found = connection.owner.then((process) => {
      this.#sought -= 1;
      if (process === null) this.#hasUnknown = true;
      else this.#found(process);
    });
    this.#lookedFor = Promise.all([this.#lookedFor, found]);
  }

  left(connection: Connection): void {
    this.#open.delete(connection);
    connection.usedBy.delete(this);
    if (this.#open.size === 0) this.#lookSoon();
  }

  close(): void {
    this.#closed = true;
    this.#rest();
    for (const connection of this.#open) connection.usedBy.delete(this);
    this.#open.clear();
  }

  #found(process: CallerProcess): void {
    if (!this.#known.some(isSame(process))) this.#known.push(process);
    else if (!this.#stays) {
      this.#stays = true;
      if (this.#open.size === 0 && !this.#closed) this.#lookSoon();
    }
  }

  #lookSoon(): void {
    this.#lookLater(this.#stays ? FIRST_PAUSES_MS : [SCRIPT_PAUSE_MS]);
  }

  #rest(): void {
    clearTimeout(this.#nextLook ?? undefined);
    this.#nextLook = null;
  }

  /** Nobody can be looked for of whom nothing is known. */
  #lookLater([pause = LATER_PAUSE_MS, ...further]: readonly number[]): void {
    this.#rest();
    if (this.#known.length === 0 && this.#sought === 0) return;
    this.#nextLook = setTimeout(() => void this.#look(further), pause);
  }

  async #look(further: readonly number[]): Promise<void> {
    const running = await Promise.all(this.#known.map((process) => this.#processes.isRunning(process)));
    if (this.#closed || this.#open.size > 0) return;
    const known = this.#known.length;
    const ended = known > 0 && known === running.length && !running.includes(true);
    if (ended) this.#gone();
    else this.#lookLater(further);
  }
}

function isSame({ pid, started }: CallerProcess): (other: CallerProcess) => boolean {
  return (other) => other.pid === pid && other.started === started;
}

/** Null where the client is on another machine, or the connection has none of the usual addresses. */
function loopbackEnds(socket: Socket): ConnectionEnds | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return null;
  if (localAddress === undefined || localPort === undefined) return null;
  if (!/^(?:::1$|(?:::ffff:)?127\.)/iu.test(remoteAddress)) return null;
  return {
    client: { address: remoteAddress, port: remotePort },
    proxy: { address: localAddress, port: localPort },
  };
}
