// A gateway thread whose gateway does what the tests of the host tell it: the real link, a gateway made up.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { ConfigError } from '../../../../electron/gateway/errors.ts';
import type { Emit, Gateway, GatewayOptions } from '../../../../electron/gateway/gateway-options.ts';
import { serveHost } from '../../../../electron/gateway/supervision/serve-host.ts';
import { threadPort } from '../../../../electron/gateway/supervision/thread-port.ts';
import { standInStatus } from '../../../../electron/gateway/supervision/stand-in-status.ts';
import { approvalCommands } from '../../../../electron/shared/approvals.ts';
import { configCommands } from '../../../../electron/shared/config-settings.ts';
import { searchCommands } from '../../../../electron/shared/audit-search.ts';
import { exportCommands } from '../../../../electron/shared/audit-export.ts';
import { auditProofCommands } from '../../../../electron/shared/audit-proof.ts';
import { policyCommands, trialCommands } from '../../../../electron/shared/contract.ts';
import type { GatewayStatus } from '../../../../electron/shared/domain.ts';
import { healthCommands } from '../../../../electron/shared/health.ts';
import { serverCommands } from '../../../../electron/shared/servers.ts';
import { forwardTo } from '../../../../electron/shared/rpc.ts';
import { misdeeds } from './misdeeds.ts';

function neverAsked(): never {
  throw new Error('not asked for here');
}

async function createGateway(options: GatewayOptions, emit: Emit): Promise<Gateway> {
  const note = (what: string) => appendFileSync(join(options.userData, 'notes'), `${what}\n`);
  note('start');
  switch (options.env.FIXTURE_START) {
    case 'config':
      throw new ConfigError('proxy.yaml: server.listen.port: expected a number, got "http"');
    case 'port':
      throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 3000 });
    case 'bug':
      throw new TypeError('x is undefined');
    case 'never':
      return await new Promise(() => undefined);
    case 'crash':
      process.exit(7);
      break;
    default:
  }
  const url = 'http://127.0.0.1:3000';
  const status: GatewayStatus = {
    ...standInStatus(options.version, 'starting', null, null),
    state: 'running',
    url,
  };
  return {
    url,
    setAttended: (attended) => note(`attended ${attended}`),
    setAuditKey: ({ from }) => note(`key from ${from}`),
    settingChanged: ({ key, value }) => note(`setting ${key} ${value}`),
    startExport: neverAsked,
    graceMs: 0,
    async close() {
      note('close');
      if (options.env.FIXTURE_CLOSE === 'never') await new Promise(() => undefined);
    },
    commands: {
      'status.read': () => status,
      ...forwardTo(approvalCommands, neverAsked),
      'approvals.list': () => [],
      'mode.set': () => undefined,
      'pause.set': () => undefined,
      ...forwardTo(auditProofCommands, neverAsked),
      ...forwardTo(exportCommands, neverAsked),
      ...forwardTo(policyCommands, neverAsked),
      ...forwardTo(trialCommands, neverAsked),
      ...forwardTo(configCommands, neverAsked),
      ...forwardTo(searchCommands, neverAsked),
      'calls.story'({ id }) {
        if (id === misdeeds.stall) for (;;);
        if (id === misdeeds.crash)
          setImmediate(() => {
            throw new Error('out of luck');
          });
        if (id === misdeeds.say) emit('calls.changed', { newestId: 12 });
        if (id === misdeeds.print) console.log('a library is chatty');
        if (id === misdeeds.hang) return new Promise(() => undefined);
        return null;
      },
      'policy.read': () => ({
        source: '',
        files: [],
        entrypoint: '',
        problem: null,
        diagnostics: [],
        version: null,
        bundle: null,
      }),
      ...forwardTo(serverCommands, neverAsked),
      ...forwardTo(healthCommands, neverAsked),
      'demo.run': () => [],
      'sessions.end': () => false,
      'clients.list': () => [],
      'clients.register': neverAsked,
      'clients.rotate': neverAsked,
      'clients.remove': () => undefined,
      'clients.restore': neverAsked,
    },
  };
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
if (parentPort === null) throw new Error('This runs in a worker thread alone');
serveHost(threadPort(parentPort), createGateway, silent);
