// The composition root of the gateway: the only place where its services are made and wired.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTour } from '../demo/tour.ts';
import type { Config } from '../shared/config.ts';
import {
  type EventName,
  type EventPayload,
  type GatewayCommands,
  type Handlers,
} from '../shared/contract.ts';
import type { DemoStep } from '../shared/domain.ts';
import { createAllServers } from './aggregate/all-servers.ts';
import { createApprovalDesk } from './approval/approval-desk.ts';
import { openCallArchive } from './audit/call-archive.ts';
import { openCallLog } from './audit/call-log.ts';
import { createEmptyCallArchive, createSilentCallLog } from './audit/silent-audit.ts';
import { createClientRegistry } from './clients/client-registry.ts';
import { createProcessTable } from './clients/process/process-table.ts';
import { loadConfig } from './config/load-config.ts';
import { loadTlsFiles } from './config/tls-files.ts';
import { createRateLimiter } from './limits/rate-limiter.ts';
import { createLogger } from './observability/logger.ts';
import { denialData } from './policy/denial-data.ts';
import type { PolicyPlaces } from './policy/load.ts';
import { openPolicies, type Runaway } from './policy/open-policies.ts';
import { probesOf } from './policy/probes.ts';
import type { Call, Surroundings } from './call.ts';
import type { Clock, EvaluationMark, Logger } from './ports.ts';
import { enforcedMethods } from './router/method-table.ts';
import { createTrials } from './replay/trials.ts';
import { createAlerts } from './runtime/alerts.ts';
import { announce } from './runtime/announcement.ts';
import { openApiToken } from './runtime/api-token.ts';
import { listenOnChosenPort } from './runtime/choose-port.ts';
import { coalesce } from './runtime/coalesce.ts';
import { configuredServers } from './runtime/configured-servers.ts';
import { createModes } from './runtime/modes.ts';
import { openKeptSettings } from './runtime/kept-settings.ts';
import { beyondLoopback, policyProblem, portTaken } from './runtime/problems.ts';
import { reportWrites } from './runtime/reported-log.ts';
import { createServerBoard } from './runtime/server-board.ts';
import { statusOf } from './runtime/status.ts';
import { createListing } from './session/listing.ts';
import { createPresences } from './session/presence.ts';
import { createSessionStore } from './session/session-store.ts';
import { createHttpServer } from './transport/http-server.ts';
import { openChildRegister } from './upstream/child-register.ts';
import type { RetryPolicy } from './upstream/retry-delay.ts';
import { createUpstream, type UpstreamOptions } from './upstream/upstream.ts';
import { createVerdictPath, type VerdictSettings } from './verdict-path.ts';

/** What the host hands in. All paths are absolute. */
export interface GatewayOptions {
  readonly version: string;
  /** YAML configuration; null where none was given: then the demo server is served. */
  readonly configFile: string | null;
  /** Folder for the database, the chosen port and the demo's notes; made where it is missing. */
  readonly userData: string;
  /** The shipped policies (`policies/`). */
  readonly shippedPolicies: string;
  /** The folder of compiled output (`out/`), where worker entries and precompiled policies lie. */
  readonly out: string;
  /** OPA's binary that ships with the app; null where none does. */
  readonly bundledOpa: string | null;
  /** Environment for `MCP_*` variables and child processes. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The policy that ended the gateway before this one, if one did. */
  readonly runaway?: Runaway | null;
}

/** The running gateway, as its host sees it. */
export interface Gateway {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly commands: Handlers<GatewayCommands>;
  /** Says whether a window is there in which approvals can be answered. */
  setAttended(attended: boolean): void;
  close(): Promise<void>;
}

/** Tells the host of a change. */
export type Emit = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/** At most so many questions wait at once. */
const MAX_PENDING_APPROVALS = 200;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const SESSION_TTL_MS = 2 * 60 * 60_000;
/** A stream, and calls beside each other. */
const CONNECTIONS_PER_SESSION = 4;
/** For those who have yet to open a session, or ask for something else. */
const SPARE_CONNECTIONS = 100;
const SWEEP_EVERY_MS = 60_000;
/** The host does not wait longer than a little more than this. */
const LONGEST_CLOSE_MS = 5_000;
/** Of all servers that are asked at once, the slow ones are not waited for. */
const PATIENCE_WITH_EACH_MS = 10_000;
/** Time between two snapshots or notices to the window. */
const NOTICE_MS = 100;

const clock: Clock = {
  now: () => Date.now(),
  monotonicMicros: () => performance.now() * 1000,
};

/**
 * Starts everything, in the order in which a call passes it, and listens last. Rejects with a ConfigError, or with
 * the system's error where the port can't be had; whatever was started is closed by then.
 * @param mark where a host sees what is being evaluated; null where nobody could end a policy that runs away
 */
export async function createGateway(
  options: GatewayOptions,
  emit: Emit,
  mark: EvaluationMark | null = null,
): Promise<Gateway> {
  await using services = new AsyncDisposableStack();
  const { version, userData, out, env } = options;
  const { config, warnings, isConfigured } = loadConfig({ file: options.configFile, env });
  const logger = createLogger({ level: config.logging.level, format: config.logging.format });
  const tls = loadTlsFiles(config.tls);
  for (const warning of warnings) logger.warn('config', { message: warning });

  mkdirSync(userData, { recursive: true, mode: 0o700 });
  const kept = openKeptSettings(join(userData, 'gateway-settings.json'), logger);
  let mode = (isConfigured('policy.mode') ? undefined : kept.read().mode) ?? config.policy.mode;

  const policyPlaces: PolicyPlaces = {
    policyDir: config.policy.policy_dir ?? join(userData, 'policies'),
    jsonPolicyDir: config.policy.json_policy_dir,
    dataFile: config.policy.data_file,
    opa: { configured: env.MCP_OPA_PATH ?? null, bundled: options.bundledOpa, searchPath: env.PATH ?? '' },
    precompiledDir: join(out, 'policies'),
    cacheDir: join(userData, 'policy-cache'),
  };
  /** Until then there is nobody to hear of changes. */
  let serving = false;
  const policy = await openPolicies({
    places: policyPlaces,
    isOwnCopy: config.policy.policy_dir === null,
    watchForChanges: config.policy.watch_for_changes,
    userData,
    shippedPolicies: options.shippedPolicies,
    surroundings: surroundingsOf(config.policy),
    timeoutMs: config.policy.evaluation.timeout,
    strictBuiltinErrors: config.policy.evaluation.strict_builtin_errors,
    trialWorker: pathToFileURL(join(out, 'gateway', 'time-trial-worker.js')),
    probes: probesOf(enforcedMethods, clock.now()),
    mark,
    runaway: options.runaway ?? null,
    clock,
    logger,
    onChange: () => policyChanged(),
  });
  services.adopt(policy, (open) => open.close());

  const notice = services.adopt(coalesce(tellHost, NOTICE_MS), (pending) => pending.close());
  const { archive, log } = openAudit(config, options, logger, () => notice.request());
  services.adopt(archive, (open) => open.close());
  services.adopt(log, (open) => open.close());
  const trials = createTrials({
    policy: policyPlaces,
    archive,
    database: config.audit.enabled ? auditPath(config, userData) : null,
    worker: pathToFileURL(join(out, 'gateway', 'replay-worker.js')),
    onReplay: (replay) => emit('policy.replay.changed', replay),
    logger,
  });
  services.adopt(trials, (open) => open.close());

  const approvals = createApprovalDesk({
    clock,
    timeoutMs: config.approvals.timeout,
    onTimeout: config.approvals.on_timeout,
    maxPending: MAX_PENDING_APPROVALS,
    onChange: (pending) => emit('approvals.changed', pending),
  });

  const openServer = (described: UpstreamOptions) =>
    services.adopt(createUpstream(described, retryPolicy(config)), (opened) => opened.close());
  const children = services.adopt(openChildRegister(join(userData, 'child-processes.json'), logger), (open) =>
    open.close(),
  );
  const [first, ...others] = configuredServers(config, { out, userData, env, children, logger });
  const servers = [openServer(first), ...others.map(openServer)] as const;
  const { circuit_breaker: circuitBreaker } = config.upstream;
  const board = createServerBoard({
    servers,
    breaker: circuitBreaker.enabled
      ? { threshold: circuitBreaker.threshold, timeoutMs: circuitBreaker.timeout }
      : null,
    clock,
    logger,
    onChange: () => notice.request(),
  });

  const modes = createModes(config.policy.modes);
  const alerts = createAlerts(clock, (alert) => emit('alert.raised', alert));
  const settings = (call: Pick<Call, 'agent' | 'server'>): VerdictSettings => ({
    mode: modes.of(call, mode),
    paused: kept.read().paused,
    policyEnabled: config.policy.enabled,
    approvalsEnabled: config.approvals.enabled,
    askInAudit: config.approvals.ask,
  });
  const limiter = createRateLimiter(config.limits, clock);
  const passDown = createVerdictPath({
    policy,
    approver: approvals,
    limiter,
    log,
    logger,
    settings,
    denialData,
    alert: (text, call, callId) => alerts.raise({ callId, client: call.client.name, text }),
  });

  const clients = createClientRegistry({
    path: join(userData, 'clients.json'),
    configured: config.clients,
    agent: config.agent,
    clock,
    logger,
    onRevoked: (id) => sessions.endOf(id),
    onChange: (list) => emit('clients.changed', list),
  });
  services.adopt(clients, (registry) => registry.close());

  const sessions = createSessionStore({
    presences: createPresences(createProcessTable(env, logger)),
    passDown,
    listing: createListing({ policy, settings, logger }),
    log,
    clock,
    logger,
    requestTimeoutMs: config.upstream.request_timeout,
    maxRequestTimeMs: config.upstream.max_request_time,
    maxSessions: config.server.max_connections,
    ttlMs: SESSION_TTL_MS,
    idleMs: SESSION_TTL_MS / 2,
    sweepEveryMs: SWEEP_EVERY_MS,
    onChange: () => notice.request(),
    onEnd: (sessionId) => limiter.forget(sessionId),
    health: (name) => board.health(name),
  });

  const relisting = services.adopt(
    coalesce(() => sessions.listsChanged('settings'), NOTICE_MS),
    (pending) => pending.close(),
  );

  function policyChanged(): void {
    if (!serving) return;
    emit('policy.changed', { version: policy.overview().version });
    sessions.listsChanged('policy');
    notice.request();
  }

  const commands: Handlers<GatewayCommands> = {
    'status.read': () => status(),
    'calls.page': (query) => archive.page(query),
    'calls.read': (id) => archive.read(id),
    'approvals.list': () => approvals.pending(),
    'approvals.answer': ({ id, allow }) => approvals.answer(id, allow),
    'mode.set'(chosen) {
      mode = chosen;
      relisting.request();
      kept.write({ mode: chosen });
      tellHost();
    },
    'pause.set'(paused) {
      try {
        kept.write({ paused });
      } finally {
        if (paused) {
          approvals.dismissAll();
          sessions.stopCalls({ error: 'paused' });
        }
        relisting.request();
        tellHost();
      }
    },
    ...policy.commands,
    ...trials.commands,
    'demo.run': () => (tour ??= runDemo()),
    'sessions.end': (id) => sessions.end(id),
    'clients.list': () => clients.list(),
    'clients.register': (wanted) => clients.register(wanted),
    'clients.rotate': (id) => clients.rotate(id),
    'clients.remove': (id) => clients.remove(id),
    'clients.restore': (id) => clients.restore(id),
  };

  const { address, port } = config.server.listen;
  const server = createHttpServer({
    sessions,
    log,
    clock,
    logger,
    servers,
    all: createAllServers({
      sessions,
      servers,
      proxyVersion: version,
      patienceMs: PATIENCE_WITH_EACH_MS,
      log,
      clock,
      logger,
    }),
    identity: { clients, auth: config.server.auth, defaultAgent: config.agent },
    maxBodyBytes: MAX_BODY_BYTES,
    tls,
    api: config.api.enabled ? { token: openApiToken(join(userData, 'api-token')), commands } : null,
    door: {
      hosts: config.server.security.allowed_hosts.map((name) => name.toLowerCase()),
      origins: config.server.security.cors_allowed_origins,
    },
    bounds: {
      requestTimeoutMs: config.server.read_timeout,
      writeTimeoutMs: config.server.write_timeout,
      idleTimeoutMs: config.server.idle_timeout,
      maxConnections: CONNECTIONS_PER_SESSION * config.server.max_connections + SPARE_CONNECTIONS,
    },
    securityHeaders: config.server.security.enable_security_headers,
    closeTimeoutMs: Math.min(config.server.graceful_shutdown, LONGEST_CLOSE_MS),
  });
  // At the end the questions go first, then the sessions answer what waits, then the connections end.
  services.adopt(server, (open) => open.close());
  services.adopt(sessions, (open) => open.close());
  services.adopt(approvals, (desk) => desk.close());
  const { port: keptPort } = kept.read();
  const configured = isConfigured('server.listen.port');
  const listening = await listenOnChosenPort(server, { address, port, configured, kept: keptPort });
  if (!configured && keptPort === undefined) kept.write({ port: listening.port });
  const wanted = keptPort ?? port;
  const portTakenInstead = listening.port === wanted || port === 0 ? null : wanted;
  const url = `${tls === null ? 'http' : 'https'}://${hostName(listening.address)}:${listening.port}`;
  services.adopt(
    announce(join(userData, 'gateway.json'), {
      url,
      pid: process.pid,
      version,
      certificate: tls?.cert ?? null,
    }),
    (file) => file.close(),
  );
  logger.info('listening', {
    url,
    servers: servers.map(({ name }) => name),
    policy: policy.overview().source,
  });

  const exposure = beyondLoopback(address, {
    encrypted: tls !== null,
    tokens: config.server.auth === 'required',
  });
  if (exposure !== null) logger.warn(exposure.code, { message: exposure.message, remedy: exposure.remedy });

  const status = () => {
    const open = sessions.list();
    return statusOf({
      version,
      url,
      portTakenInstead,
      mode,
      modeOverrides: modes.overrides,
      paused: kept.read().paused,
      policyEnabled: config.policy.enabled,
      auth: config.server.auth,
      servers: board.summaries(open),
      sessions: open,
      totals: log.totals,
      problems: [
        log.problem,
        policyProblem(policy),
        portTaken(portTakenInstead, listening.port),
        clients.problem,
        exposure,
        alerts.problem,
        ...board.problems(),
      ],
    });
  };

  let tour: Promise<DemoStep[]> | null = null;
  /** One tour at a time: two would mix their steps. */
  async function runDemo(): Promise<DemoStep[]> {
    const onStep = (steps: readonly DemoStep[]) => emit('demo.changed', [...steps]);
    const loan = config.server.auth === 'required' ? clients.lend('demo tour') : null;
    const token = loan?.token ?? null;
    try {
      return await runTour({
        url,
        token,
        certificate: tls?.cert ?? null,
        clientName: 'MCP Proxy demo',
        signal: closing.signal,
        onStep,
      });
    } finally {
      loan?.close();
      tour = null;
    }
  }

  function tellHost(): void {
    emit('status.changed', status());
    emit('calls.changed', { newestId: log.newestId });
  }

  const closing = new AbortController();
  services.defer(() => closing.abort());
  const running = services.move();
  serving = true;
  return {
    url,
    commands,
    setAttended: (attended) => approvals.setAttended(attended),
    close: () => running.disposeAsync(),
  };
}

/** Null where nothing is tried twice. */
function retryPolicy({ upstream: { retry } }: Config): RetryPolicy | null {
  return retry.enabled
    ? {
        maxAttempts: retry.max_attempts,
        initialDelayMs: retry.initial_delay,
        maxDelayMs: retry.max_delay,
        backoff: retry.backoff,
      }
    : null;
}

/** An address as it stands in a Host header (RFC 3986 section 3.2.2). */
function hostName(address: string): string {
  return address.includes(':') ? `[${address.toLowerCase()}]` : address.toLowerCase();
}

function auditPath({ audit }: Config, userData: string): string {
  return audit.db_path ?? join(userData, 'audit.db');
}

function surroundingsOf({ environment }: Config['policy']): Surroundings {
  return { environment, proxyRegion: '' };
}

/** The log and its archive, or what stands in for them where the configuration wants no audit. */
function openAudit(config: Config, { userData, out }: GatewayOptions, logger: Logger, onWrite: () => void) {
  const { audit, policy } = config;
  if (!audit.enabled) {
    return { log: reportWrites(createSilentCallLog(), logger, onWrite), archive: createEmptyCallArchive() };
  }
  const path = auditPath(config, userData);
  const captureArguments = audit.capture.request_arguments;
  const log = openCallLog({
    path,
    synchronous: audit.synchronous,
    captureArguments,
    surroundings: surroundingsOf(policy),
    logger,
  });
  const worker = pathToFileURL(join(out, 'gateway', 'audit-worker.js'));
  return {
    log: reportWrites(log, logger, onWrite),
    archive: openCallArchive({ path, worker, retentionDays: audit.retention_days, logger }),
  };
}
