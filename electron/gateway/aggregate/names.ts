// The names under which tools and prompts of several servers are offered together: SERVER__NAME.
import { createHash } from 'node:crypto';

/** Models' APIs take names of up to 64 letters, digits, `_` and `-`, and clients pass names on to them. */
const LONGEST_NAME = 64;
const LONGEST_PREFIX = 24;
const SEPARATOR = '__';
/** Cut names that are remembered: more than a list has. */
const MAX_CUT = 20_000;

/**
 * A prefix for each server, in the same order. No prefix holds the separator or ends with a part of it, so that the
 * first separator in a name is always the end of the prefix; no two are the same.
 */
export function prefixesOf(servers: readonly string[]): string[] {
  const given = new Set<string>();
  return servers.map((server) => {
    const plain = plainPrefix(server);
    let prefix = plain;
    for (let number = 2; given.has(prefix); number += 1) prefix = `${plain}-${number}`;
    given.add(prefix);
    return prefix;
  });
}

function plainPrefix(server: string): string {
  const plain = server.replace(/[^\w-]+/gu, '_').replace(/_{2,}/gu, '_');
  const cut =
    plain.length > LONGEST_PREFIX ? `${plain.slice(0, LONGEST_PREFIX - 5)}-${digest(server, 4)}` : plain;
  return cut.replace(/_$/u, '') || 'server';
}

export interface ShownName {
  readonly prefix: string;
  /** The server's own name for it, or what is left of one that was too long. */
  readonly rest: string;
}

/** Takes a name apart; null where it has no prefix. */
export function splitName(shown: string): ShownName | null {
  const end = shown.indexOf(SEPARATOR);
  return end < 1 ? null : { prefix: shown.slice(0, end), rest: shown.slice(end + SEPARATOR.length) };
}

/**
 * The names of one server's tools, or of its prompts. A name that is too long with its prefix is cut, and ends with a
 * digest of the whole; which one that was has to be remembered from a list.
 */
export class NameBook {
  readonly #prefix: string;
  readonly #cut = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The name as clients see it. */
  show(name: string): string {
    const head = this.#prefix + SEPARATOR;
    if (head.length + name.length <= LONGEST_NAME) return head + name;
    const ending = `-${digest(name, 8)}`;
    const rest = name.slice(0, LONGEST_NAME - head.length - ending.length).toWellFormed() + ending;
    if (this.#cut.size >= MAX_CUT) this.#cut.clear();
    this.#cut.set(rest, name);
    return head + rest;
  }

  /** The server's own name; null where it was cut, and was not shown since this book was begun. */
  real(rest: string): string | null {
    const name = this.#cut.get(rest);
    if (name !== undefined) return name;
    const mayBeCut = this.#prefix.length + SEPARATOR.length + rest.length === LONGEST_NAME;
    return mayBeCut && /-[\da-f]{8}$/u.test(rest) ? null : rest;
  }
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
