// How several servers introduce themselves as one: the answer to `initialize`.
import { versionIn } from '../session/message-facts.ts';
import { isObject } from '../wire/json-object.ts';

/** Longer instructions of a server are cut: they stand in every conversation of a model. Characters. */
const LONGEST_INSTRUCTIONS = 4_000;

/** What a server said of itself in its initialize result. */
export interface Introduction {
  readonly protocolVersion: string | null;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string;
}

export interface Introduced {
  readonly name: string;
  readonly prefix: string;
  /** Null where it takes no part. */
  readonly introduction: Introduction | null;
  /** Why not, where it does not. */
  readonly absence: string;
}

export function introductionIn(result: unknown): Introduction {
  const { capabilities, instructions } = isObject(result) ? result : {};
  return {
    protocolVersion: versionIn(result),
    capabilities: isObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : '',
  };
}

export function has({ introduction }: Pick<Introduced, 'introduction'>, capability: string): boolean {
  return introduction?.capabilities[capability] !== undefined;
}

/**
 * The result of `initialize`. Lists are offered whether a server has any or not: one that has may join later. The
 * version is the one that the client asked for where a server speaks it, else the newest that one settled on.
 */
export function introduceTogether(
  servers: readonly Introduced[],
  asked: unknown,
  proxyVersion: string,
): Readonly<Record<string, unknown>> {
  const settled = servers.flatMap(({ introduction }) => introduction?.protocolVersion ?? []);
  const any = (capability: string) => servers.some((server) => has(server, capability));
  const subscribe = servers.some(({ introduction }) => {
    const resources = introduction?.capabilities.resources;
    return isObject(resources) && resources.subscribe === true;
  });
  return {
    protocolVersion: settled.find((version) => version === asked) ?? settled.toSorted().at(-1) ?? asked,
    capabilities: {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { listChanged: true, subscribe },
      ...(any('completions') ? { completions: {} } : {}),
      ...(any('logging') ? { logging: {} } : {}),
    },
    serverInfo: { name: 'mcp-proxy-desktop', title: 'MCP Proxy Desktop: all servers', version: proxyVersion },
    instructions: instructionsOf(servers),
  };
}

function instructionsOf(servers: readonly Introduced[]): string {
  const there = servers.filter(({ introduction }) => introduction !== null);
  const prefixes = there.map(({ prefix }) => `${prefix}__`).join(', ');
  const absent = servers.filter(({ introduction }) => introduction === null);
  return [
    `Tools and prompts of several MCP servers; each name begins with that of its server: ${prefixes}.`,
    ...absent.map(({ name, absence }) => `The server ${name} is not available at the moment: ${absence}.`),
    ...there.flatMap(({ name, introduction }) => {
      const words = introduction?.instructions.trim() ?? '';
      if (words === '') return [];
      const cut = words.length > LONGEST_INSTRUCTIONS ? `${words.slice(0, LONGEST_INSTRUCTIONS)} […]` : words;
      return [`## ${name}\n\n${cut}`];
    }),
  ].join('\n\n');
}
