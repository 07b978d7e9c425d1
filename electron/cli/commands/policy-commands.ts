// Commands that check policies, put them in force, and bring earlier ones back.
import type { PolicyCheck, PolicySaved, PolicyVersion } from '../../shared/policy-editing.ts';
import { columns, counted, time } from '../columns.ts';
import { type Command, type CommandCall, type Said, textOf } from '../command.ts';
import { exitCodes, ProblemError } from '../problem.ts';
import { visibleLine } from '../../main/program/visible-line.ts';
import { readPolicyFiles } from './policy-files.ts';

const MANY = 500;

const sources: Readonly<Record<PolicyVersion['by'], string>> = {
  shipped: 'Shipped with the app',
  found: 'Found at a start',
  window: 'Saved in the app',
  outside: 'Edited by another program',
  update: 'Shipped with an update',
  rollback: 'Brought back',
  bundle: 'From the bundle',
};

function checkWords({ ok, diagnostics, tests }: PolicyCheck): string {
  const found = diagnostics.map(({ file, line, column, severity, message }) => {
    const place = [file, line, column].filter((part) => part !== null).join(':');
    return visibleLine([place, severity, message].filter((part) => part !== '').join(': '));
  });
  const tested = tests === null ? [] : [`${counted(tests.passed, 'test')} passed, ${tests.failed} failed.`];
  return [...found, ...tested, ok ? 'It can be in force.' : 'It can’t be in force.'].join('\n');
}

function saidOf(saved: PolicySaved): Said {
  switch (saved.outcome) {
    case 'saved':
      return { value: saved, text: `${checkWords(saved.check)}\nIn force as version ${saved.version}.` };
    case 'refused':
      return { value: saved, text: `${checkWords(saved.check)}\nNothing was written.`, ok: false };
    case 'conflict': {
      const names = saved.files.map(({ name }) => visibleLine(name)).join(', ');
      const text = `Somebody else has just edited ${names}. Nothing was written: try again.`;
      return { value: saved, text, ok: false };
    }
  }
}

async function apply(call: CommandCall): Promise<Said> {
  const files = await readPolicyFiles(call.args, call.cwd);
  const folder = await call.ask('policy.files', {});
  const hashes = new Map(folder.files.map(({ name, hash }) => [name, hash]));
  const based = files.map((file) => ({ ...file, base: hashes.get(file.name) ?? null }));
  return saidOf(await call.ask('policy.save', { files: based, note: textOf(call, 'note') ?? '' }));
}

function versionOf([text = '']: readonly string[]): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new ProblemError('wrong', `VERSION is a number of policy history, not ${text}`, exitCodes.wrong);
}

export const policyCommands: readonly Command[] = [
  {
    name: 'policy check',
    takes: '[PATH…]',
    args: { min: 0, max: MANY },
    about: 'What is wrong with the policies on disk, with these files or folders laid over them',
    options: {},
    async run({ ask, args, cwd }) {
      const check = await ask('policy.check', { files: await readPolicyFiles(args, cwd) });
      return { value: check, text: checkWords(check), ok: check.ok };
    },
  },
  {
    name: 'policy apply',
    takes: 'PATH…',
    args: { min: 1, max: MANY },
    about: 'Check these files or folders, write them to the policy folder, and put them in force',
    options: { note: { value: 'TEXT', about: 'Why, for the history' } },
    run: apply,
  },
  {
    name: 'policy history',
    takes: '',
    args: { min: 0, max: 0 },
    about: 'Policies that were in force',
    options: { limit: { value: 'COUNT', about: 'So many at most; 50 where nothing is said' } },
    async run(call) {
      const limit = textOf(call, 'limit');
      const history = await call.ask('policy.history', limit === undefined ? {} : { limit });
      const rows = history.versions.map(({ id, at, by, note, inForce, files }) => [
        `${id}${inForce ? '*' : ''}`,
        time(at),
        sources[by],
        counted(files.length, 'file'),
        note,
      ]);
      const text = columns(['Version', 'Time', 'From', 'Files', 'Note'], rows, 'None.');
      return { value: history, text: rows.length === 0 ? text : `${text}\n\n* in force` };
    },
  },
  {
    name: 'policy rollback',
    takes: 'VERSION',
    args: { min: 1, max: 1 },
    about: 'Put the files of a version back on disk and in force',
    options: {},
    run: async ({ ask, args }) => saidOf(await ask('policy.rollback', { id: versionOf(args) })),
  },
];
