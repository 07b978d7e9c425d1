// Commands that answer calls which wait for a person.
import { answerDuration, answerScope, type PendingApproval } from '../../shared/approvals.ts';
import { facts } from '../columns.ts';
import { type Command, type CommandCall, type Said, textOf } from '../command.ts';
import { exitCodes, ProblemError } from '../problem.ts';

const options = {
  for: {
    value: 'TIME',
    about: 'How long the answer holds; once where nothing is said',
    choices: answerDuration.options,
  },
  scope: {
    value: 'SCOPE',
    about: 'What it is about, unless it is for once; arguments where nothing is said',
    choices: answerScope.options,
  },
  note: { value: 'TEXT', about: 'Why, for the record' },
} as const;

/** The one call that an id, or the beginning of one, means. */
async function callOf({ ask, args }: CommandCall): Promise<PendingApproval> {
  const [start = ''] = args;
  const meant = (await ask('approvals.list', {})).filter(({ id }) => id.startsWith(start));
  const [first] = meant;
  if (first === undefined) throw new ProblemError('not_found', `No call waits that begins with ${start}.`);
  if (meant.length > 1) {
    throw new ProblemError(
      'ambiguous',
      `${meant.length} calls that wait begin with ${start}.`,
      exitCodes.wrong,
    );
  }
  return first;
}

async function answer(call: CommandCall, allow: boolean): Promise<Said> {
  const { id } = await callOf(call);
  const duration = answerDuration.parse(textOf(call, 'for') ?? 'once');
  const scope = answerScope.parse(textOf(call, 'scope') ?? 'arguments');
  const note = textOf(call, 'note') ?? '';
  const value = await call.ask('approvals.answer', { id, allow, duration, scope, note });
  if (value.outcome === 'refused') return { value, text: value.message, ok: false };
  if (value.gone.length > 0) return { value, text: 'It does not wait any more.', ok: false };
  const word = allow ? 'Allowed' : 'Denied';
  const text = value.kept.length > 0 ? `${word}, for a retry: its client has given up.` : `${word}.`;
  return { value, text };
}

function shown(call: PendingApproval): string {
  const { client, server, method, tool, resource, rule, message, violations } = call;
  return facts([
    ['Call', call.id],
    [
      'Client',
      `${client.name || 'An unnamed client'}${client.id === null ? '' : ` (token of ${client.id})`}`,
    ],
    ['Wants', `${method} ${tool ?? resource ?? ''}`.trim()],
    ['Server', server],
    ['Arguments', call.arguments],
    ...(rule === null ? [] : [['Rule', rule] as const]),
    ...[...(message === null ? [] : [message]), ...violations].map((why) => ['Why', why] as const),
    [
      'Otherwise',
      `${call.onTimeout === 'deny' ? 'denied' : 'allowed'} in ${Math.max(0, Math.round((call.expiresAt - call.now) / 1000))} s`,
    ],
  ]);
}

export const approvalCommands: readonly Command[] = [
  {
    name: 'approve',
    takes: '[ID]',
    args: { min: 0, max: 1 },
    about: 'Allow a call that waits; without an ID, show those that wait',
    options,
    async run(call) {
      if (call.args.length > 0) return answer(call, true);
      const waiting = await call.ask('approvals.list', {});
      const text = waiting.length === 0 ? 'No call waits.' : waiting.map(shown).join('\n\n');
      return { value: waiting, text };
    },
  },
  {
    name: 'deny',
    takes: 'ID',
    args: { min: 1, max: 1 },
    about: 'Deny a call that waits; the beginning of its ID is enough',
    options,
    run: (call) => answer(call, false),
  },
];
