// Calls that the tests of learned rules make: those out of the log, and their neighbours, which nobody made.
import type { PolicyProposal } from '../../../shared/policy-trial.ts';

/** A call as far as these rules look at it. */
export interface TestCall {
  readonly client_id: string;
  readonly client: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

function callOf(
  { proven, client, server, tool }: PolicyProposal,
  args: Readonly<Record<string, unknown>>,
): TestCall {
  return { client_id: proven ? client : '', client: proven ? '' : client, server, tool, arguments: args };
}

export function examplesOf(proposal: PolicyProposal): TestCall[] {
  return proposal.examples.map((example) =>
    callOf(proposal, JSON.parse(example.arguments) as Record<string, unknown>),
  );
}

/** Next to what is meant: another tool, another client, another folder, and a way up out of the right one. */
export function neighboursOf(proposal: PolicyProposal): TestCall[] {
  const call = callOf(proposal, {});
  const paths = proposal.prefixes.flatMap(({ argument, folders: [folder = ''] }) => {
    const separator = folder.slice(-1);
    const elsewhere = [
      `${folder.slice(0, -1)}-neighbour${separator}file`,
      `${folder}..${separator}..${separator}file`,
    ];
    return elsewhere.map((path) => ({ ...call, arguments: { [argument]: path } }));
  });
  return [
    { ...call, tool: `${call.tool}_neighbour` },
    callOf({ ...proposal, client: `${proposal.client}-neighbour` }, {}),
    ...paths,
  ];
}

export function distinct(calls: readonly TestCall[]): TestCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}
