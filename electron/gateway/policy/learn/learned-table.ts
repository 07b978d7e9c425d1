// Proposals put together: by client, server and tool, each tool with the folders of its arguments.
import type { PolicyProposal } from '../../../shared/policy-trial.ts';

/** Argument: folders. */
export type LearnedTool = ReadonlyMap<string, readonly string[]>;
export type LearnedTable = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, LearnedTool>>>;

/** As in learned.rego: a name is not to be taken for the id of somebody who has proven it. */
export function clientKey({ proven, client }: Pick<PolicyProposal, 'proven' | 'client'>): string {
  return `${proven ? 'id' : 'name'} ${client}`;
}

/**
 * Two proposals for one tool allow what each of them allows: an argument that one of them leaves free is free. Ordered
 * by names.
 */
export function learnedTable(proposals: readonly PolicyProposal[]): LearnedTable {
  return grouped(proposals, clientKey, (ofClient) =>
    grouped(
      ofClient,
      ({ server }) => server,
      (ofServer) => grouped(ofServer, ({ tool }) => tool, toolOf),
    ),
  );
}

function toolOf(proposals: readonly PolicyProposal[]): LearnedTool {
  const prefixes = proposals.flatMap((proposal) => proposal.prefixes);
  const folders = new Map(
    [...Map.groupBy(prefixes, ({ argument }) => argument)]
      .filter(([argument]) =>
        proposals.every((each) => each.prefixes.some((one) => one.argument === argument)),
      )
      .map(
        ([argument, same]) => [argument, [...new Set(same.flatMap((each) => each.folders))].sort()] as const,
      ),
  );
  return inOrder(folders);
}

function grouped<T, R>(
  items: readonly T[],
  keyOf: (item: T) => string,
  make: (items: readonly T[]) => R,
): ReadonlyMap<string, R> {
  const groups = [...Map.groupBy(items, keyOf)].map(([key, group]) => [key, make(group)] as const);
  return inOrder(new Map(groups));
}

function inOrder<V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
