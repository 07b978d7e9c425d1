// Commands that search the audit log, and verify it.
import { setTimeout as pause } from 'node:timers/promises';
import { callDecision, callSort, type CallHit } from '../../shared/audit-search.ts';
import type { AuditVerification } from '../../shared/audit-proof.ts';
import { columns, counted, time } from '../columns.ts';
import { type Command, type CommandCall, type Said, textOf } from '../command.ts';
import { exitCodes, ProblemError } from '../problem.ts';

const LOOK_EVERY_MS = 200;
const LONGEST_PAGE = 500;

function latency(micros: number | null): string {
  if (micros === null) return '';
  return micros < 1000 ? `${Math.round(micros)} µs` : `${(micros / 1000).toFixed(1)} ms`;
}

function verdict({ verdict: kind, reason }: CallHit): string {
  if (kind === 'deny') return 'Denied';
  if (reason === 'pass' || reason === 'policy_off') return 'Passed';
  return reason === 'audit_mode' ? 'Let through' : 'Allowed';
}

function named(call: CommandCall, option: string): string[] {
  const name = textOf(call, option);
  return name === undefined ? [] : [name];
}

async function search(call: CommandCall): Promise<Said> {
  const limit = textOf(call, 'limit') ?? '50';
  if (!/^\d{1,3}$/u.test(limit) || Number(limit) < 1 || Number(limit) > LONGEST_PAGE) {
    throw new ProblemError('wrong', `--limit takes a number from 1 to ${LONGEST_PAGE}`, exitCodes.wrong);
  }
  const hits = await call.ask('audit.search', {
    filter: {
      text: call.args.join(' '),
      clients: named(call, 'client'),
      servers: named(call, 'server'),
      tools: named(call, 'tool'),
      decisions: named(call, 'decision').map((decision) => callDecision.parse(decision)),
    },
    sort: callSort.parse(textOf(call, 'sort') ?? 'newest'),
    limit: Number(limit),
  });
  const rows = hits.calls.map((hit) => [
    String(hit.id),
    time(hit.at),
    hit.client,
    hit.server,
    hit.tool ?? hit.resource ?? hit.method,
    verdict(hit),
    hit.rule ?? '',
    latency(hit.latencyMicros),
  ]);
  const headings = ['Call', 'Time', 'Client', 'Server', 'What', 'Verdict', 'Rule', 'Took'];
  const more = hits.cursor === null ? '' : '\n\nThere are more: --limit shows up to 500.';
  return { value: hits, text: `${columns(headings, rows, 'No call is like that.')}${more}` };
}

async function verify({ ask, progress }: CommandCall): Promise<Said> {
  const { id } = await ask('audit.verify', {});
  for (;;) {
    const now = await ask('audit.verify.read', {});
    if (now.id !== id || now.state !== 'running') return verified(now);
    progress(`${now.checked} of ${now.total} records`);
    await pause(LOOK_EVERY_MS);
  }
}

function verified(value: AuditVerification): Said {
  const { state, checked, from, signedThrough, broken, problem } = value;
  if (broken !== null) return { value, text: `The log does not hold: ${broken.message}`, ok: false };
  if (state !== 'done') return { value, text: problem ?? 'It was not verified to its end.', ok: false };
  const signed = signedThrough === 0 ? 'None of it is signed.' : `Signed up to record ${signedThrough}.`;
  return { value, text: `The log holds: ${counted(checked, 'record')} from ${from} on. ${signed}` };
}

async function replaceKey({ ask }: CommandCall): Promise<Said> {
  const value = await ask('audit.key.replace', {});
  return {
    value,
    text: `The key ${value.key?.id ?? ''} signs the log from here on; the one before it has signed that.`,
  };
}

export const auditCommands: readonly Command[] = [
  {
    name: 'audit search',
    takes: '[WORD…]',
    args: { min: 0, max: 100 },
    about: 'Find recorded calls by words, as the search field of the window does',
    options: {
      client: { value: 'NAME', about: 'Only calls of this client' },
      server: { value: 'NAME', about: 'Only calls to this server' },
      tool: { value: 'NAME', about: 'Only calls of this tool' },
      decision: { value: 'DECISION', about: 'Only what was decided so', choices: callDecision.options },
      sort: { value: 'ORDER', about: 'newest where nothing is said', choices: callSort.options },
      limit: { value: 'COUNT', about: 'So many at most, up to 500; 50 where nothing is said' },
    },
    run: search,
  },
  {
    name: 'audit verify',
    takes: '',
    args: { min: 0, max: 0 },
    about: 'Verify the whole log: nothing in it was changed, deleted or added',
    options: {},
    run: verify,
  },
  {
    name: 'audit new-key',
    takes: '',
    args: { min: 0, max: 0 },
    about: 'Sign the log with a new key from here on, which the old one signs',
    options: {},
    run: replaceKey,
  },
];
