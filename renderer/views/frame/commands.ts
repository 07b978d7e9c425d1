// Everything that the palette can do, and how it is found by name.
import { computeCommandScore } from 'bits-ui';
import { acceleratorName, shortcutName } from '../../keys.ts';
import type { App } from '../../state/app.ts';
import { type View, views } from '../../state/navigation.svelte.ts';
import { modeNames } from '../../words/policies.ts';
import { settingGroupNames, settingWords } from '../../words/settings.ts';
import { viewNames } from './view-names.ts';

export interface Command {
  readonly name: string;
  /** Other words that people may look for. */
  readonly keywords: readonly string[];
  readonly shortcut: string | null;
  /** It is one of very many: only shown to whoever looks for it. */
  readonly listed: boolean;
  readonly run: () => void;
}

const otherNames: Readonly<Partial<Record<View, readonly string[]>>> = {
  activity: ['audit log'],
  servers: ['mcp', 'upstream', 'tools'],
  clients: ['tokens', 'sessions', 'connections'],
  settings: ['preferences', 'options', 'configuration'],
};

/** The commands that make sense now: those that could do nothing are not among them. */
export function commandsOf({
  navigation,
  gateway,
  activity,
  demo,
  policies,
  quiet,
  servers,
  clients,
  facts,
  settings,
}: App): Command[] {
  const { status, served } = gateway;
  const commands: Command[] = [];
  const add = (name: string, keywords: readonly string[], run: () => void, shortcut: string | null = null) =>
    commands.push({ name, keywords, shortcut, listed: true, run });

  for (const [index, view] of views.entries()) {
    add(
      `Go to ${viewNames[view]}`,
      ['view', ...(otherNames[view] ?? [])],
      () => navigation.go(view),
      shortcutName(String(index + 1)),
    );
  }
  add('Search the activity', ['find', 'audit log'], () => navigation.search(), shortcutName('F'));
  add('Show denied calls', ['blocked', 'refused'], () => {
    activity.show({ decisions: ['denied', 'refused'] });
    navigation.go('activity');
  });
  if (gateway.serving) {
    add('Set what becomes of tools', ['allow', 'ask', 'deny', 'policies', 'lists'], () => {
      policies.page = 'tools';
      navigation.go('policies');
    });
    add('Show the history of the policies', ['versions', 'rollback', 'undo'], () => {
      policies.showHistory();
      navigation.go('policies');
    });
  }
  if (status?.approvalsEnabled === true && gateway.serving) {
    if (quiet.current === null) {
      add('Do not disturb for 15 minutes', ['quiet', 'mute'], () => void quiet.begin('minutes'));
      add('Do not disturb for an hour', ['quiet', 'mute'], () => void quiet.begin('hour'));
    } else add('Ask again', ['do not disturb', 'quiet'], () => void quiet.end());
  }
  const pauseKeys = facts.info?.pauseShortcut == null ? null : acceleratorName(facts.info.pauseShortcut);
  if (status?.state === 'running') {
    add('Pause everything', ['stop', 'kill switch'], () => void gateway.setPaused(true), pauseKeys);
  }
  if (status?.state === 'paused') add('Resume', ['continue'], () => void gateway.setPaused(false));
  if (status?.state === 'stopped') add('Restart the proxy', ['start'], () => void gateway.restart());
  if (
    status?.policyEnabled === true &&
    status.modeManagedAt === null &&
    (status.state === 'running' || status.state === 'paused')
  ) {
    const other = status.mode === 'enforce' ? 'audit' : 'enforce';
    add(`Change the mode to ${modeNames[other]}`, ['switch'], () => void gateway.setMode(other));
  }
  if (gateway.serving) {
    add('Add a server', ['new', 'mcp', 'command', 'url'], () => {
      navigation.go('servers');
      servers.startAdding(facts.info?.platform === 'win32');
    });
  }
  add('Show the status of each part', ['health', 'broken', 'wrong', 'disk'], () => navigation.go('status'));
  for (const { name, kind, state } of served) {
    const words = ['server', 'tools', 'mcp'];
    const open = () => {
      navigation.go('servers');
      servers.open(name);
    };
    add(`Open the server ${name}`, words, open);
    add(`Test the server ${name}`, [...words, 'connection'], () => {
      open();
      void servers.test({ name });
    });
    if (state === 'stopped') add(`Start the server ${name}`, words, () => void servers.startServer({ name }));
    else {
      add(`Restart the server ${name}`, words, () => void servers.restart({ name, kind }));
      add(`Stop the server ${name}`, words, () => void servers.stopServer({ name }));
    }
  }
  for (const { isDefault, name, streamableUrl, addresses } of served) {
    const of = isDefault ? '' : ` of ${name}`;
    const copy = (url: string, what: string) => () => void gateway.copy(url, what);
    add(`Copy the URL${of}`, ['address', 'streamable', 'mcp'], copy(streamableUrl, `the URL${of}`));
    const sse = `the URL${of} for HTTP+SSE`;
    for (const { transport, url } of addresses)
      if (transport === 'sse') add(`Copy ${sse}`, ['address'], copy(url, sse));
  }
  if (gateway.serving) {
    add('Register a client', ['token', 'new'], () => {
      navigation.go('clients');
      clients.startRegistration();
    });
  }
  if (gateway.demonstrable && !demo.running) {
    add('Run the demo: three calls', ['try', 'tour', 'example'], () => {
      navigation.go('home');
      void demo.run();
    });
  }
  for (const [key, { label, group }] of settingWords) {
    commands.push({
      name: `${settingGroupNames[group]}: ${label}`,
      keywords: ['setting', 'configuration', key],
      shortcut: null,
      listed: false,
      run() {
        settings.lead(key);
        navigation.go('settings');
      },
    });
  }
  return commands;
}

/** Of two that a query may mean as well, the one that is listed is likelier than one of very many. */
const UNLISTED_WEIGHT = 0.5;

/** The commands that a query may mean, the likeliest first. Of very many, only what has each word of it is meant. */
export function matching(commands: readonly Command[], query: string): Command[] {
  const words = query.trim();
  if (words === '') return commands.filter(({ listed }) => listed);
  return commands
    .filter(({ listed, name, keywords }) => listed || hasAll([name, ...keywords].join(' '), words))
    .map((command) => {
      const { name, keywords, listed } = command;
      const score = computeCommandScore(name, words, [...keywords]);
      return { command, score: listed ? score : score * UNLISTED_WEIGHT };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

function hasAll(text: string, words: string): boolean {
  const lower = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => lower.includes(word));
}
