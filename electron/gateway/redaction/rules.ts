// What is a secret by the configuration (`audit.redact`): for everything, and beside that for a server or a tool.
import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Config } from '../../shared/config.ts';
import { ConfigError } from '../errors.ts';
import { createNameFinder, secretNames, type SecretNameFinder } from './secret-names.ts';
import { type SecretPattern, secretPatterns } from './secret-patterns.ts';

export interface OwnPattern {
  readonly name: string;
  /** RE2: its time is in proportion to the text, whatever it says. */
  readonly form: RE2JS;
}

export interface RedactionRules {
  readonly patterns: readonly SecretPattern[];
  readonly nameOf: SecretNameFinder;
  readonly ownPatterns: readonly OwnPattern[];
  readonly paths: readonly (readonly string[])[];
  /** Something is looked for that the built-in patterns and names say nothing of. */
  readonly hasOwn: boolean;
}

/** Null where nothing is a secret. */
export type RulesFor = (server: string, tool: string | null) => RedactionRules | null;

type Settings = Config['audit']['redact'];
type Part = Settings['tools'][string];

/** @throws ConfigError where a pattern is none, or an exception is one of nothing. */
export function compileRules(settings: Settings): RulesFor {
  const { servers, tools, ...general } = settings;
  const parts: readonly (readonly [key: string, part: Part])[] = [
    ['audit.redact', general],
    ...Object.entries(servers).map(([name, part]) => [`audit.redact.servers.${name}`, part] as const),
    ...Object.entries(tools).map(([name, part]) => [`audit.redact.tools.${name}`, part] as const),
  ];
  const own = new Map(parts.map(([key, part]) => [part, compilePatterns(key, part)]));
  const ofServer = new Map(Object.entries(servers));
  const ofTool = new Map(Object.entries(tools));
  const made = new Map<string, RedactionRules | null>();

  function make(held: readonly Part[]): RedactionRules | null {
    if (held.some(({ enabled }) => !enabled)) return null;
    const except = new Set(held.flatMap((part) => part.except));
    const keys = held.flatMap((part) => part.keys);
    const ownPatterns = held.flatMap((part) => own.get(part) ?? []);
    return {
      patterns: secretPatterns.filter(({ name }) => !except.has(name)),
      nameOf: createNameFinder(except, keys),
      ownPatterns,
      paths: held.flatMap((part) => part.paths.map((path) => path.split('.'))),
      hasOwn: keys.length > 0 || ownPatterns.length > 0,
    };
  }

  const forAll = make([general]);
  if (parts.length === 1) return () => forAll;
  return (server, tool) => {
    const held = [ofServer.get(server), ofTool.get(tool ?? ''), ofTool.get(`${server}/${tool ?? ''}`)];
    // Tools' names come from clients: only those of the configuration make an entry.
    const key = held.map((part) => parts.findIndex(([, one]) => one === part)).join();
    const known = made.get(key);
    if (known !== undefined) return known;
    const rules = make([general, ...held.filter((part) => part !== undefined)]);
    made.set(key, rules);
    return rules;
  };
}

function compilePatterns(key: string, { except, patterns }: Part): OwnPattern[] {
  const known = [...secretPatterns.map(({ name }) => name), ...secretNames];
  const strange = except.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new ConfigError(`${key}.except: expected some of ${known.join(', ')}, found "${strange}"`);
  }
  return Object.entries(patterns).map(([name, text]) => {
    try {
      return { name, form: RE2JS.compile(text) };
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      throw new ConfigError(
        `${key}.patterns.${name}: expected a regular expression of RE2: ${error.message}`,
      );
    }
  });
}
