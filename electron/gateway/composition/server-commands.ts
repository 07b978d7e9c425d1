// What window and admin API may ask of one server, and do about it.
import type { Config } from '../../shared/config.ts';
import type { Handlers } from '../../shared/contract.ts';
import type { ServerCommands, ServerDetails, ServerTest } from '../../shared/servers.ts';
import type { AuditNotes, Closable } from '../ports.ts';
import { createServerTests } from '../runtime/server-tests.ts';
import { probeServer } from '../session/server-probe.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { ToolDescriptions } from '../session/tool-descriptions.ts';
import { describeArguments, describeUrl } from '../upstream/target.ts';
import { stoppedWords, type Servers } from './servers.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface ServerCommandServices {
  readonly servers: Servers;
  readonly sessions: Pick<SessionStore, 'stopCalls' | 'endAt'>;
  readonly descriptions: Pick<ToolDescriptions, 'all'>;
  readonly notes: AuditNotes;
  /** A server is stopped now, or no longer. */
  readonly onChange: () => void;
  readonly onTest: (test: ServerTest) => void;
}

export function createServerCommands(
  { config, options, clock }: GatewaySurroundings,
  { servers, sessions, descriptions, notes, onChange, onTest }: ServerCommandServices,
): Handlers<ServerCommands> & Closable {
  const by = 'person';
  const { board } = servers;
  const tests = createServerTests({
    probe: (upstream, events, signal) => probeServer(upstream, options.version, events, signal),
    clock,
    onChange: onTest,
    onEnd({ server, state }) {
      if (state === 'running') return;
      notes.note({ kind: 'server.tested', by, subject: server, details: { outcome: state } });
    },
  });

  return {
    'servers.read'({ name }) {
      const upstream = servers.behindSwitch(name);
      if (upstream === undefined) return null;
      return {
        name,
        ...reachOf(name, config),
        ...board.known(name),
        tools: descriptions.all(name),
        processes: servers.processesOf(name).map(({ pid, startedAt }) => ({ pid, startedAt })),
        lines: servers.lines.of(name),
        limits: limitsOf(name, config),
      };
    },

    async 'servers.stop'({ name }) {
      const upstream = servers.behindSwitch(name);
      if (upstream === undefined) return false;
      if (servers.isStopped(name)) return true;
      const why = stoppedWords(name);
      notes.note({ kind: 'server.stopped', by, subject: name, details: {} });
      board.happened(name, 'stopped', why);
      sessions.stopCalls({ error: 'upstream', message: why }, name);
      try {
        servers.setStopped(name, true);
      } finally {
        onChange();
        await upstream.interrupt(why, false);
      }
      return true;
    },

    'servers.start'({ name }) {
      if (servers.behindSwitch(name) === undefined) return false;
      if (!servers.isStopped(name)) return true;
      notes.note({ kind: 'server.resumed', by, subject: name, details: {} });
      board.happened(name, 'resumed');
      board.forgive(name);
      try {
        servers.setStopped(name, false);
      } finally {
        onChange();
      }
      return true;
    },

    async 'servers.restart'({ name }) {
      const upstream = servers.behindSwitch(name);
      if (upstream === undefined) return false;
      const why = `${name} was restarted by the user of MCP Proxy Desktop`;
      notes.note({ kind: 'server.restarted', by, subject: name, details: {} });
      board.happened(name, 'restarted', why);
      board.forgive(name);
      if (upstream.kind === 'http') sessions.endAt(name);
      else await upstream.interrupt(why, !servers.isStopped(name));
      onChange();
      return true;
    },

    'servers.test'({ name }) {
      const upstream = servers.behindSwitch(name);
      return upstream === undefined ? null : tests.start(upstream);
    },
    'servers.try'(candidate) {
      const upstream = servers.openCandidate(candidate);
      return tests.start(upstream, () => void upstream.close());
    },
    'servers.test.read': ({ id }) => tests.read(id),
    'servers.test.cancel': ({ id }) => tests.cancel(id),
    close: () => tests.close(),
  };
}

type Reach = Pick<ServerDetails, 'command' | 'url' | 'variables' | 'headers'>;

/** How it is reached, without anything that may be a secret. */
function reachOf(name: string, config: Config): Reach {
  const described = describedAs(name, config);
  // The demo stands nowhere: its command is that of this program.
  if (described === null) return { command: null, url: null, variables: [], headers: [] };
  const { command, args, cwd, url, env, headers } = described;
  return {
    command: command === null ? null : { file: command, args: describeArguments(args), cwd },
    url: url === null ? null : describeUrl(new URL(url)),
    variables: Object.keys(env),
    headers: Object.keys(headers),
  };
}

function limitsOf(name: string, config: Config): ServerDetails['limits'] {
  const own = describedAs(name, config);
  const { upstream } = config;
  const { circuit_breaker: breaker } = upstream;
  return {
    concurrent: own === null || own.max_concurrent === 0 ? null : own.max_concurrent,
    queued: own?.max_queued ?? 0,
    reachMs: upstream.timeout,
    requestMs: upstream.request_timeout,
    longestMs: upstream.max_request_time,
    breaker: breaker.enabled ? { failures: breaker.threshold, holdMs: breaker.timeout } : null,
  };
}

/** As the configuration has it; null for the demo. */
function describedAs(
  name: string,
  { upstream, servers }: Pick<Config, 'upstream' | 'servers'>,
): Config['servers'][string] | Config['upstream'] | null {
  if (name === 'default') return upstream;
  return servers[name] ?? null;
}
