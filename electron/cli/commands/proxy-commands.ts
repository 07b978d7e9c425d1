// Commands about the proxy as a whole: how it is, who is there, stop and go.
import type { GatewayStatus } from '../../shared/domain.ts';
import { columns, facts, time } from '../columns.ts';
import type { Command, CommandCall, Said } from '../command.ts';

const nothing = { takes: '', args: { min: 0, max: 0 }, options: {} } as const;

const conditions: Readonly<Record<GatewayStatus['state'], string>> = {
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
};

function inWords(status: GatewayStatus): string {
  const { state, problems, totals } = status;
  const condition = state === 'running' && problems.length > 0 ? 'Needs attention' : conditions[state];
  const { calls, denied, asked } = totals;
  return [
    facts([
      ['State', condition],
      ['Address', status.url ?? 'none yet'],
      ['Mode', status.policyEnabled ? status.mode : 'the policy is switched off'],
      ['Servers', status.servers.map(({ name }) => name).join(', ')],
      ['Sessions', String(status.sessions.length)],
      ['Calls', `${calls}, ${denied} denied, ${asked} asked about`],
      ['Version', status.version],
    ]),
    ...problems.flatMap(({ message, remedy }) => [
      '',
      facts([
        ['Problem', message],
        ['Way out', remedy],
      ]),
    ]),
  ].join('\n');
}

async function setPaused({ ask }: CommandCall, paused: boolean): Promise<Said> {
  const text = paused ? 'Paused: every call is refused until you resume.' : 'Running: calls go on.';
  return { value: await ask('pause.set', { paused }), text };
}

export const proxyCommands: readonly Command[] = [
  {
    ...nothing,
    name: 'status',
    about: 'How the proxy is',
    async run({ ask }) {
      const status = await ask('status.read', {});
      return { value: status, text: inWords(status) };
    },
  },
  {
    ...nothing,
    name: 'sessions',
    about: 'The sessions that are open',
    async run({ ask }) {
      const sessions = await ask('sessions.list', {});
      const rows = sessions.map(({ id, client, server, process, requests, lastSeenAt }) => [
        id,
        client === '' ? 'An unnamed client' : client,
        server,
        process?.name ?? '',
        String(requests),
        time(lastSeenAt),
      ]);
      const headings = ['Session', 'Client', 'Server', 'Program', 'Requests', 'Last seen'];
      return { value: sessions, text: columns(headings, rows, 'No session is open.') };
    },
  },
  {
    ...nothing,
    name: 'pause',
    about: 'Stop everything: calls are refused until you resume',
    run: (call) => setPaused(call, true),
  },
  { ...nothing, name: 'resume', about: 'Let calls go on', run: (call) => setPaused(call, false) },
  {
    ...nothing,
    name: 'config',
    about: 'Every setting, and where its value comes from',
    async run({ ask }) {
      const overview = await ask('config.read', {});
      const rows = overview.settings.map(({ path, value, from, where, hidden }) => [
        path.join('.'),
        hidden ? '(not shown)' : JSON.stringify(value),
        [from === 'file' && where !== null ? '' : from, where ?? ''].join(' ').trim(),
      ]);
      const table = columns(['Setting', 'Value', 'From'], rows, 'None.');
      const waits = overview.waiting.map((key) => `${key} holds from the next start on`);
      const notes = [...overview.warnings, ...waits].map((line) => facts([['Note', line]]));
      return { value: overview, text: [table, ...notes].join('\n') };
    },
  },
];
