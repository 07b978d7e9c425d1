// The clients that have a token: those of the configuration file, and those that were registered in the window.
import type { Config } from '../../shared/config.ts';
import type { ClientRegistration, ClientSummary, IssuedToken, Problem } from '../../shared/domain.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { Agent } from '../call.ts';
import type { Clock, Closable, ClientDirectory, Logger } from '../ports.ts';
import { readClients, writeClients, type KeptClient } from './clients-file.ts';
import { hashOfToken, newToken, withHash } from './token.ts';

const MAX_CLIENTS = 500;
/** So many that were removed can be had back, until the gateway ends. */
const MAX_REMOVED = 50;
/** How long it may take until the file knows when a client was last seen. */
const LAST_SEEN_AFTER_MS = 60_000;

export interface ClientRegistryOptions {
  /** The file of the registered ones; its folder is there. */
  readonly path: string;
  /** `clients` of the configuration. */
  readonly configured: Config['clients'];
  /** The configured agent: its model and publisher are everybody's. */
  readonly agent: Agent;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What was done with a client's token is over: it was removed, or has another token. */
  readonly onRevoked: (id: string) => void;
  /** The list is another one. */
  readonly onChange: (clients: ClientSummary[]) => void;
}

/** Each command but `list` rejects with a CommandError where it can't be done, and then has changed nothing. */
export interface ClientRegistry extends ClientDirectory, Closable {
  list(): ClientSummary[];
  /** The token is in the answer, and nowhere else. */
  register(wanted: ClientRegistration): IssuedToken;
  /** A new token; the old one is void at once. */
  rotate(id: string): IssuedToken;
  /** Its token is void at once, even where the file can't be written. */
  remove(id: string): void;
  /** Undoes `remove`: the client has its token again. */
  restore(id: string): ClientSummary;
  /** A token for the program's own use, until it is closed: who presents it is the configured agent by this id. */
  lend(id: string): { readonly token: string; close(): void };
  /** Why the registered clients are not known. */
  readonly problem: Problem | null;
}

/** A client as it is found by its token. */
interface Known {
  readonly tokenHash: string;
  readonly agent: Agent;
}

export function createClientRegistry(options: ClientRegistryOptions): ClientRegistry {
  const { path, clock, logger, onRevoked } = options;
  const configured: readonly KeptClient[] = Object.entries(options.configured).map(([name, client]) => ({
    id: client.id === '' ? name : client.id,
    name,
    capabilities: client.capabilities,
    tags: client.tags,
    createdAt: 0,
    lastSeenAt: null,
    tokenHash: client.token_hash,
  }));
  const isConfigured = (id: string) => configured.some((client) => client.id === id);
  const { clients, problem } = load(path, logger);
  let kept = clients;
  const removed = new Map<string, KeptClient>();
  const lent = new Set<Known>();
  /** Newer than in the file. */
  const lastSeen = new Map<string, number>();
  let known = index();
  let unwritten: NodeJS.Timeout | null = null;

  /** Where both have a client of an id, the configuration file is meant. */
  function index(): readonly Known[] {
    const served = [...configured, ...kept.filter(({ id }) => !isConfigured(id))];
    return [
      ...served.map(({ id, name, capabilities, tags, tokenHash }) => ({
        tokenHash,
        agent: { ...options.agent, id, name, capabilities, tags },
      })),
      ...lent,
    ];
  }

  function withLastSeen(client: KeptClient): KeptClient {
    return { ...client, lastSeenAt: lastSeen.get(client.id) ?? client.lastSeenAt };
  }

  function summaryOf(client: KeptClient): ClientSummary {
    const source = isConfigured(client.id) ? 'config' : 'window';
    const { id, name, capabilities, tags, createdAt, lastSeenAt } = withLastSeen(client);
    return {
      id,
      name,
      source,
      capabilities: [...capabilities],
      tags: [...tags],
      createdAt: source === 'config' ? null : createdAt,
      lastSeenAt,
    };
  }

  function list(): ClientSummary[] {
    return [...configured, ...kept.filter(({ id }) => !isConfigured(id))].map(summaryOf);
  }

  /** In force once it is on disk. */
  function keep(changed: readonly KeptClient[]): void {
    write(changed);
    inForce(changed);
  }

  function write(changed: readonly KeptClient[]): void {
    if (problem !== null)
      throw new CommandError('clients_unreadable', `${problem.message} ${problem.remedy}`);
    clearTimeout(unwritten ?? undefined);
    unwritten = null;
    try {
      writeClients(path, changed.map(withLastSeen));
    } catch (error) {
      throw new CommandError('clients_unwritten', `The clients can't be saved: ${wordsOf(error)}`);
    }
  }

  function inForce(changed: readonly KeptClient[]): void {
    kept = changed;
    known = index();
    options.onChange(list());
  }

  function registered(id: string): KeptClient {
    if (isConfigured(id)) {
      const message =
        'This client stands in the configuration file: change it there, and start the proxy again.';
      throw new CommandError('client_configured', message);
    }
    const client = kept.find((one) => one.id === id);
    if (client === undefined) throw new CommandError('client_unknown', 'There is no such client any more.');
    return client;
  }

  function seen(id: string): void {
    lastSeen.set(id, clock.now());
    if (unwritten !== null || isConfigured(id) || !kept.some((client) => client.id === id)) return;
    unwritten = setTimeout(() => writeLastSeen(), LAST_SEEN_AFTER_MS);
  }

  function writeLastSeen(): void {
    try {
      write(kept);
      options.onChange(list());
    } catch (error) {
      logger.warn('clients_unwritten', { path, error: wordsOf(error) });
    }
  }

  return {
    problem,
    list,
    byToken(token) {
      const found = withHash(known, hashOfToken(token));
      if (found === null) return null;
      seen(found.agent.id);
      return found.agent;
    },
    register({ name, id, capabilities, tags }) {
      const taken = new Set([...configured, ...kept].map((client) => client.id));
      if (id !== undefined && taken.has(id)) {
        throw new CommandError('client_exists', `There is a client with the id "${id}" already.`);
      }
      if (taken.size >= MAX_CLIENTS) {
        throw new CommandError('too_many_clients', `There can be ${MAX_CLIENTS} clients: remove one first.`);
      }
      const token = newToken();
      const client: KeptClient = {
        id: id ?? freeId(name, taken),
        name,
        capabilities,
        tags,
        createdAt: clock.now(),
        lastSeenAt: null,
        tokenHash: hashOfToken(token),
      };
      removed.delete(client.id);
      keep([...kept, client]);
      return { client: summaryOf(client), token };
    },
    rotate(id) {
      const token = newToken();
      const client = { ...registered(id), tokenHash: hashOfToken(token) };
      keep(kept.map((one) => (one.id === id ? client : one)));
      onRevoked(id);
      return { client: summaryOf(client), token };
    },
    remove(id) {
      const client = withLastSeen(registered(id));
      const others = kept.filter((one) => one.id !== id);
      removed.set(id, client);
      const [oldest] = removed.keys();
      if (removed.size > MAX_REMOVED && oldest !== undefined) removed.delete(oldest);
      inForce(others);
      onRevoked(id);
      write(others);
    },
    restore(id) {
      const client = removed.get(id);
      if (client === undefined)
        throw new CommandError('client_unknown', 'There is nothing to restore any more.');
      keep([...kept, client]);
      removed.delete(id);
      return summaryOf(client);
    },
    lend(id) {
      const token = newToken();
      const loan = { tokenHash: hashOfToken(token), agent: { ...options.agent, id } };
      lent.add(loan);
      known = index();
      return {
        token,
        close() {
          lent.delete(loan);
          known = index();
          onRevoked(id);
        },
      };
    },
    close() {
      if (unwritten !== null) writeLastSeen();
    },
  };
}

/** The name in the letters of an id, with a number where another client has it. */
function freeId(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');
  const id = plain === '' ? 'client' : plain.slice(0, 48);
  if (!taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}

/** A file that can't be understood is left as it is: whoever is in it has no access until it is mended. */
function load(path: string, logger: Logger): { clients: readonly KeptClient[]; problem: Problem | null } {
  try {
    return { clients: readClients(path), problem: null };
  } catch (error) {
    logger.error('clients_unreadable', { path, error: wordsOf(error) });
    const problem = {
      code: 'clients_unreadable',
      message: `The registered clients can't be read from ${path}, so their tokens are refused.`,
      remedy:
        'Mend the file, or remove it and register the clients again; then start MCP Proxy Desktop again.',
    };
    return { clients: [], problem };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
