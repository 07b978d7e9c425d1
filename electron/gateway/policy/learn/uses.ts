// Gathers from recorded calls who used which tools, and on which files: what a rule would have to allow.
import type { PathPrefixes, PolicyProposal } from '../../../shared/policy-trial.ts';
import type { RecordedUse } from '../../call.ts';
import { commonFolders, looksLikePath } from './paths.ts';

export interface UseCollector {
  add(use: RecordedUse): void;
  /** The most frequent uses, in the order of clients, servers and tools. */
  proposals(): { readonly proposals: PolicyProposal[]; readonly cut: boolean };
}

/** Different uses that are proposed; of one tool, paths that are remembered in one argument, and calls as examples. */
const mostProposals = 500;
const mostUses = 20_000;
const mostPaths = 2_000;
const mostExamples = 10;
const mostArguments = 50;
const longestName = 1_000;

/** `isPath: false`: something else was in it at least once, or too much to know. */
interface ArgumentUse {
  isPath: boolean;
  readonly paths: Map<string, number>;
}

interface ToolUse {
  readonly client: string;
  readonly proven: boolean;
  readonly server: string;
  readonly tool: string;
  calls: number;
  firstAt: number;
  lastAt: number;
  firstId: number;
  /** Arguments were not known of one of the calls at least. */
  unknown: boolean;
  readonly args: Map<string, ArgumentUse>;
}

export function createUseCollector(): UseCollector {
  const uses = new Map<string, ToolUse>();
  let cut = false;

  function useOf({ clientId, client, server, tool, at, id }: RecordedUse): ToolUse | null {
    const who = { client: clientId ?? client.name, proven: clientId !== null, server, tool };
    if ([who.client, server, tool].some((name) => name.length > longestName)) return null;
    const key = JSON.stringify(who);
    const known = uses.get(key);
    if (known !== undefined || uses.size === mostUses) return known ?? null;
    const use = { ...who, calls: 0, firstAt: at, lastAt: at, firstId: id, unknown: false, args: new Map() };
    uses.set(key, use);
    return use;
  }

  return {
    add(recorded) {
      const use = useOf(recorded);
      if (use === null) {
        cut = true;
        return;
      }
      use.calls += 1;
      use.firstAt = Math.min(use.firstAt, recorded.at);
      use.lastAt = Math.max(use.lastAt, recorded.at);
      if (recorded.arguments === null) use.unknown = true;
      else
        for (const [name, value] of Object.entries(recorded.arguments)) note(use, name, value, recorded.id);
    },

    proposals() {
      const frequent = [...uses.values()].sort((a, b) => b.calls - a.calls).slice(0, mostProposals);
      const proposals = frequent.map(proposalOf).sort(byName);
      return { proposals, cut: cut || uses.size > mostProposals };
    },
  };
}

function note({ args }: ToolUse, name: string, value: unknown, id: number): void {
  let use = args.get(name);
  if (use === undefined) {
    if (args.size === mostArguments || name.length > longestName) return;
    use = { isPath: true, paths: new Map() };
    args.set(name, use);
  }
  if (!use.isPath) return;
  const paths = pathsIn(value);
  if (paths === null) use.isPath = false;
  else for (const path of paths) if (!use.paths.has(path)) use.paths.set(path, id);
  if (use.paths.size > mostPaths) use.isPath = false;
  if (!use.isPath) use.paths.clear();
}

/** One path, or a list of nothing but paths; null where it is something else. */
function pathsIn(value: unknown): string[] | null {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isPath = (each: unknown): each is string =>
    typeof each === 'string' && each.length <= longestName && looksLikePath(each);
  return list.length > 0 && list.every(isPath) ? list : null;
}

function proposalOf({
  client,
  proven,
  server,
  tool,
  calls,
  firstAt,
  lastAt,
  ...use
}: ToolUse): PolicyProposal {
  const prefixes: PathPrefixes[] = [];
  const examples = new Map<number, Record<string, string>>();
  for (const [argument, { isPath, paths }] of use.unknown ? [] : use.args) {
    const folders = isPath ? commonFolders([...paths.keys()]) : null;
    if (folders === null) continue;
    prefixes.push({ argument, folders });
    for (const [path, id] of [...paths].slice(0, mostExamples)) {
      examples.set(id, { ...examples.get(id), [argument]: path });
    }
  }
  if (examples.size === 0) examples.set(use.firstId, {});
  return {
    client,
    proven,
    server,
    tool,
    prefixes,
    calls,
    firstAt,
    lastAt,
    examples: [...examples].slice(0, mostExamples).map(([callId, args]) => ({
      callId,
      arguments: JSON.stringify(args),
    })),
  };
}

function byName(a: PolicyProposal, b: PolicyProposal): number {
  const names = ({ client, proven, server, tool }: PolicyProposal) =>
    [client, proven, server, tool].join('\n');
  return names(a) < names(b) ? -1 : 1;
}
