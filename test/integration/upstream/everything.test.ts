// Each kind of connection against the MCP project's own server-everything: its tour of the protocol.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClosableUpstream } from '../../../electron/gateway/upstream/connections.ts';
import { createUpstream } from '../../../electron/gateway/upstream/upstream.ts';
import type { UpstreamConnection } from '../../../electron/gateway/ports.ts';
import type { RequestMessage, ResponseMessage } from '../../../electron/gateway/wire/json-rpc.ts';
import {
  allowedBytes,
  notification,
  recordingLogger,
  recordingSession,
  request,
  runs,
  type LogLine,
  type Session,
  noRegister,
} from '../../unit/gateway/upstream/peers.ts';
import { startEverything, type EverythingServer, type EverythingTransport } from '../everything-server.ts';

/** Over stdio the first three are there, else the URL. */
interface Section {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly url: string;
}

const initialize = {
  protocolVersion: '2025-11-25',
  capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } },
  clientInfo: { name: 'connection-test', version: '1' },
};

describe.each<EverythingTransport>(['stdio', 'sse', 'streamableHttp'])(
  'server-everything over %s',
  (transport) => {
    const logger = recordingLogger();
    let server: EverythingServer;
    let upstream: ClosableUpstream;
    let session: Session;
    let connection: UpstreamConnection;

    beforeAll(async () => {
      server = await startEverything(transport);
      const { command, args, env, url } = server.section as unknown as Section;
      upstream = createUpstream(
        transport === 'stdio'
          ? {
              kind: 'stdio',
              name: 'everything',
              crowd: null,
              command,
              args,
              env,
              cwd: null,
              hostEnv: process.env,
              children: noRegister,
              timeoutMs: 5000,
              logger,
            }
          : {
              kind: 'http',
              crowd: null,
              name: 'everything',
              url: new URL(url),
              transport: 'auto',
              headers: {},
              timeoutMs: 5000,
              logger,
            },
      );
      session = recordingSession();
      connection = upstream.connect(session, 'legacy');
    });

    afterAll(async () => {
      await upstream.close();
      await server.close();
    });

    async function call(id: string, name: string, args: object = {}, meta: object = {}): Promise<void> {
      await connection.send(request(id, 'tools/call', { name, arguments: args, _meta: meta }));
    }

    /** Answers a request of the server, as a client would. */
    async function answer(method: string, result: object): Promise<RequestMessage> {
      const asked = (await session.heard(method)) as RequestMessage;
      await connection.send(
        allowedBytes(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: asked.id, result }))),
      );
      return asked;
    }

    const text = ({ result }: ResponseMessage): string => JSON.stringify(result);

    it('initializes and lists tools', async () => {
      await connection.send(request('init', 'initialize', initialize));
      expect((await session.answer('init')).result).toMatchObject({ protocolVersion: '2025-11-25' });
      await connection.send(notification('notifications/initialized'));
      await answer('roots/list', { roots: [] });
      await connection.send(request('tools', 'tools/list'));
      const { tools } = (await session.answer('tools')).result as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['echo', 'trigger-sampling-request', 'trigger-elicitation-request']),
      );
    });

    it('calls echo', async () => {
      await call('echo', 'echo', { message: 'grüße' });
      expect(text(await session.answer('echo'))).toContain('Echo: grüße');
    });

    it('hears the progress of a long call before its answer', async () => {
      await call(
        'long',
        'trigger-long-running-operation',
        { duration: 0.3, steps: 3 },
        { progressToken: 'p' },
      );
      await session.answer('long');
      const kinds = session.received.map(({ message, relatedTo }) =>
        message.kind === 'notification' && message.method === 'notifications/progress'
          ? [message.params.progress, relatedTo]
          : message.kind === 'response' && message.id,
      );
      const relatedTo = transport === 'streamableHttp' ? 'long' : null;
      expect(kinds.slice(-4)).toEqual([[1, relatedTo], [2, relatedTo], [3, relatedTo], 'long']);
    });

    it('answers a sampling request while its call waits', async () => {
      await call('sampling', 'trigger-sampling-request', { prompt: 'hello', maxTokens: 5 });
      await answer('sampling/createMessage', {
        role: 'assistant',
        model: 'test',
        content: { type: 'text', text: 'sampled words' },
      });
      expect(text(await session.answer('sampling'))).toContain('sampled words');
    });

    it('answers an elicitation request while its call waits', async () => {
      await call('elicit', 'trigger-elicitation-request');
      await answer('elicitation/create', { action: 'accept', content: { name: 'Ada', check: true } });
      expect(text(await session.answer('elicit'))).toContain('Ada');
    });

    it('hears log messages that belong to no request', async () => {
      await call('logging', 'toggle-simulated-logging');
      await session.answer('logging');
      await session.heard('notifications/message');
      await call('quiet', 'toggle-simulated-logging');
      await session.answer('quiet');
    });

    it('keeps sessions apart', async () => {
      const other = recordingSession();
      const second = upstream.connect(other, 'legacy');
      await second.send(request('init', 'initialize', initialize));
      await other.answer('init');
      await second.close();
      expect(
        session.received.filter(({ message }) => message.kind === 'response' && message.id === 'init'),
      ).toHaveLength(1);
      await call('still', 'echo', { message: 'here' });
      await session.answer('still');
    });

    it('leaves nothing behind on close', async () => {
      const pids = started(logger.lines);
      expect(pids).toHaveLength(transport === 'stdio' ? 2 : 0);
      await connection.close();
      expect(pids.filter(runs)).toEqual([]);
      expect(pids.flatMap(groupMembers)).toEqual([]);
      expect(session.closings).toEqual([]);
    });
  },
);

function started(lines: readonly LogLine[]): number[] {
  return lines.filter(({ event }) => event === 'upstream_started').map(({ fields }) => Number(fields?.pid));
}

/** All processes of a process group that still run. */
function groupMembers(group: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && runs(pid) && groupOf(pid) === group);
}

function groupOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    // It has ended between the listing and the reading.
    return 0;
  }
}
