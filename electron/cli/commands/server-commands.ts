// Commands about servers, and about how each part of the proxy is.
import { setTimeout as pause } from 'node:timers/promises';
import type { HealthPart } from '../../shared/health.ts';
import type { ServerState } from '../../shared/server-state.ts';
import type { ServerTest } from '../../shared/servers.ts';
import { columns, counted, facts, time } from '../columns.ts';
import type { Command, CommandCall, Said } from '../command.ts';

const LOOK_EVERY_MS = 200;
const named = { takes: 'NAME', args: { min: 1, max: 1 }, options: {} } as const;
const nothing = { takes: '', args: { min: 0, max: 0 }, options: {} } as const;
const nameIn = ({ args: [name = ''] }: CommandCall) => ({ name });

const states: Readonly<Record<ServerState, string>> = {
  running: 'Running',
  starting: 'Starting',
  idle: 'Idle',
  failing: 'Failing',
  held_back: 'Held back',
  stopped: 'Stopped',
};

const conditions: Readonly<Record<HealthPart['state'], string>> = {
  ok: 'Fine',
  attention: 'Attention',
  down: 'Down',
  off: 'Off',
};

async function show(call: CommandCall): Promise<Said> {
  const value = await call.ask('servers.read', nameIn(call));
  const { command, url, introduction, tools, processes, variables, lines, history } = value;
  const pairs: (readonly [string, string])[] = [
    ['Name', value.name],
    ['Reached by', url ?? (command === null ? '' : [command.file, ...command.args].join(' '))],
    ['Variables', variables.join(', ') || 'none'],
    ['Speaks', introduction === null ? 'not known yet' : introduction.protocolVersions.join(', ')],
    ['Calls itself', introduction === null ? '' : `${introduction.name} ${introduction.version}`],
    ['Tools', tools === null ? 'not known yet' : tools.map(({ name }) => name).join(', ')],
    ['Processes', processes.map(({ pid }) => pid).join(', ') || 'none'],
  ];
  const happened = history.slice(0, 10).map(({ at, kind, why }) => [time(at), kind, why ?? '']);
  const wrote = lines.slice(-10).map(({ at, text }) => [time(at), text]);
  const parts = [
    facts(pairs),
    ...(happened.length === 0 ? [] : [columns(['Time', 'What', 'Why'], happened, '')]),
    ...(wrote.length === 0 ? [] : [columns(['Time', 'It wrote'], wrote, '')]),
  ];
  return { value, text: parts.join('\n\n') };
}

async function test(call: CommandCall): Promise<Said> {
  const { id } = await call.ask('servers.test', nameIn(call));
  for (;;) {
    const now = await call.ask('servers.test.read', { id });
    if (now.state !== 'running') return tested(now);
    call.progress(`${now.server} is asked`);
    await pause(LOOK_EVERY_MS);
  }
}

function tested(value: ServerTest): Said {
  const { server, state, steps, tools } = value;
  if (state !== 'ok') {
    const failed = steps.find((step) => step.state === 'failed');
    return { value, text: `${server} does not work: ${failed?.says ?? 'the test was ended'}`, ok: false };
  }
  return { value, text: `${server} works, and offers ${counted(tools.length, 'tool')}.` };
}

export const serverCommands: readonly Command[] = [
  {
    ...nothing,
    name: 'servers',
    about: 'The MCP servers that are served',
    async run({ ask }) {
      const servers = await ask('servers.list', {});
      const rows = servers.map(({ name, kind, state, connections, paths, lastError }) => [
        name,
        kind,
        states[state],
        counted(connections, 'connection'),
        paths.mcp,
        lastError ?? '',
      ]);
      return {
        value: servers,
        text: columns(['Name', 'Kind', 'State', 'In use', 'Path', 'Last error'], rows, 'None.'),
      };
    },
  },
  { ...named, name: 'server show', about: 'What is known of a server', run: show },
  { ...named, name: 'server test', about: 'See that a server works; nothing is called there', run: test },
  {
    ...named,
    name: 'server restart',
    about: 'End what runs of a server, and begin anew',
    async run(call) {
      const value = await call.ask('servers.restart', nameIn(call));
      return { value, text: `${nameIn(call).name} begins anew.` };
    },
  },
  {
    ...named,
    name: 'server stop',
    about: 'Stop a server: its calls get an error until it is started again',
    async run(call) {
      const value = await call.ask('servers.stop', nameIn(call));
      return { value, text: `${nameIn(call).name} is stopped: its calls get an error.` };
    },
  },
  {
    ...named,
    name: 'server start',
    about: 'Let the calls of a stopped server go on',
    async run(call) {
      const value = await call.ask('servers.start', nameIn(call));
      return { value, text: `${nameIn(call).name} takes calls again.` };
    },
  },
  {
    ...nothing,
    name: 'health',
    about: 'How each part of the proxy is, and what to do',
    async run({ ask }) {
      const value = await ask('health.read', {});
      const rows = value.map(({ part, name, state, says, remedy }) => [
        name === null ? part : `${part} ${name}`,
        conditions[state],
        [says, state === 'ok' || state === 'off' ? '' : (remedy ?? '')].join(' ').trim(),
      ]);
      const isDown = value.some(({ state }) => state === 'down');
      return { value, text: columns(['Part', 'State', 'What'], rows, ''), ok: !isDown };
    },
  },
];
