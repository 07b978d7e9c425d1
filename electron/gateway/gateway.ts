// The composition root of the gateway: its services, in the order in which a call meets them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PolicyBundleStatus } from '../shared/policy-bundles.ts';
import { createAllServers } from './aggregate/all-servers.ts';
import { createClientRegistry } from './clients/client-registry.ts';
import { createProcessTable } from './clients/process/process-table.ts';
import { composeApprovals } from './composition/approvals.ts';
import { auditPath, composeAudit } from './composition/audit.ts';
import { createCommands } from './composition/commands.ts';
import { type ConfigChange, keepConfigInForce } from './composition/config-in-force.ts';
import { configOverviewOf } from './composition/config-overview.ts';
import { createDemoRuns } from './composition/demo-runs.ts';
import { loadOptions } from './composition/inspect-config.ts';
import { composeHttpServer, listen } from './composition/listener.ts';
import { composeLogger } from './composition/logging.ts';
import { createLiveSettings } from './composition/live-settings.ts';
import { composeMonitoring } from './composition/monitoring.ts';
import {
  createPolicyNotes,
  noteConfigChange,
  noteLife,
  notedCommands,
  noteSetting,
} from './composition/noted.ts';
import { composeOpaRunner, composePolicy, policyPlaces, recordRunaway } from './composition/policy.ts';
import { composeRedaction } from './composition/redaction.ts';
import { createServerCommands } from './composition/server-commands.ts';
import { unservedServers, whereIsServer } from './composition/server-places.ts';
import { composeServers } from './composition/servers.ts';
import type { GatewaySurroundings, Keep } from './composition/surroundings.ts';
import { composeTracing } from './composition/tracing.ts';
import { loadConfig } from './config/load-config.ts';
import { loadTlsFiles } from './config/tls-files.ts';
import type { Emit, Gateway, GatewayOptions } from './gateway-options.ts';
import { createRateLimiter } from './limits/rate-limiter.ts';
import { measuredLog, measuredPolicy } from './observability/measured-services.ts';
import { createMetrics } from './observability/metrics.ts';
import { denialData } from './policy/denial-data.ts';
import type { Clock, EvaluationMark } from './ports.ts';
import { redactingLogger } from './redaction/redacting-logger.ts';
import { createTrials } from './replay/trials.ts';
import { createAlerts } from './runtime/alerts.ts';
import { openApiToken } from './runtime/api-token.ts';
import { coalesce } from './runtime/coalesce.ts';
import { createDrain } from './runtime/drain.ts';
import { openKeptSettings } from './runtime/kept-settings.ts';
import { beyondLoopback, bundleProblem, policyProblem, portTaken } from './runtime/problems.ts';
import { openSavedSearches } from './runtime/saved-searches.ts';
import { statusOf } from './runtime/status.ts';
import { createListing } from './session/listing.ts';
import { createPresences } from './session/presence.ts';
import { createSessionStore } from './session/session-store.ts';
import { SUBSCRIBE } from './session/subscription.ts';
import { createToolDescriptions } from './session/tool-descriptions.ts';
import { createVerdictPath } from './verdict-path.ts';

const SESSION_TTL_MS = 2 * 60 * 60_000;
const SWEEP_EVERY_MS = 60_000;
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
  const atStart = loadConfig(loadOptions(options));
  const { config, warnings, isConfigured, managedAt } = atStart;
  const keep: Keep = (service) => services.adopt(service, (open) => open.close());
  mkdirSync(userData, { recursive: true, mode: 0o700 });
  const lines = composeLogger(config, options, clock, keep);
  const redactor = composeRedaction(config, userData, lines);
  const redacting = redactingLogger(lines, redactor);
  const tracing = await composeTracing(
    { config, options, clock, logger: redacting, redactor, keep },
    () => servers.all,
  );
  const logger = tracing.logger(redacting);
  const tls = loadTlsFiles(config.tls);
  for (const warning of warnings) logger.warn('config', { message: warning });
  const surroundings: GatewaySurroundings = {
    config,
    isConfigured,
    managedAt,
    options,
    clock,
    logger,
    redactor,
    keep,
  };

  const kept = openKeptSettings(join(userData, 'gateway-settings.json'), logger);
  const live = createLiveSettings(surroundings, kept);

  /** Until then there is nobody to hear of changes, and no log to read. */
  let serving = false;
  const opaRunner = composeOpaRunner(surroundings);
  const places = policyPlaces(surroundings, opaRunner);
  const policy = await composePolicy(surroundings, places, {
    mark,
    recent: async (most) => (serving ? archive.recent(most) : []),
    onChange: () => policyChanged(),
    onBundleChange: (status) => bundleChanged(status),
  });

  const notice = keep(coalesce(tellHost, NOTICE_MS));
  const audit = composeAudit(surroundings, () => notice.request(), {
    onVerification: (verification) => emit('audit.verify.changed', verification),
    onExport: (change) => emit('audit.export.changed', change),
  });
  const { archive } = audit;
  const metrics = config.metrics.enabled
    ? createMetrics(
        () => ({
          ready: monitoring.isReady(),
          activeSessions: sessions.list().length,
          servers: status().servers.map(({ name, lastError }) => ({ name, connected: lastError === null })),
          auditFlushes: audit.commits(),
          lostSpans: tracing.lost ?? { dropped: 0, failed: 0 },
        }),
        audit.shipping,
      )
    : null;
  const measured = metrics === null ? audit.log : measuredLog(audit.log, metrics, clock);
  const drain = createDrain(tracing.log(measured), new Set([SUBSCRIBE]));
  const { log } = drain;
  keep(noteLife(log, options));
  const notePolicy = createPolicyNotes(log);
  notePolicy(policy.overview());
  recordRunaway(options.runaway, log);
  const trials = keep(
    createTrials({
      policy: places,
      explain: opaRunner.explain,
      archive,
      database: config.audit.enabled ? auditPath(config, options) : null,
      worker: pathToFileURL(join(out, 'gateway', 'replay-worker.js')),
      onReplay: (replay) => emit('policy.replay.changed', replay),
      onLearning: (progress) => emit('policy.learn.changed', progress),
      logger,
    }),
  );

  const descriptions = createToolDescriptions();
  const approvals = composeApprovals(surroundings, { policy, log, archive, descriptions, emit });
  const servers = composeServers(surroundings, kept, log, () => notice.request());
  const alerts = createAlerts(clock, (alert) => emit('alert.raised', alert));
  const limiter = createRateLimiter(config.limits, clock);
  const verdictPath = createVerdictPath({
    policy: tracing.policy(metrics === null ? policy : measuredPolicy(policy, metrics, clock)),
    approver: tracing.approver(approvals),
    limiter,
    log,
    logger,
    settings: (call) => live.of(call),
    denialData,
    alert: (text, { client }, callId) =>
      alerts.raise({ callId, client: redactor.words(client.name), text: redactor.words(text) }),
  });

  const clients = keep(
    createClientRegistry({
      path: join(userData, 'clients.json'),
      configured: config.clients,
      agent: config.agent,
      clock,
      logger,
      onRevoked: (id) => sessions.endOf(id),
      onChange: (list) => emit('clients.changed', list),
    }),
  );
  const sessions = createSessionStore({
    presences: createPresences(createProcessTable(env, logger)),
    passDown: tracing.path(drain.path(verdictPath)),
    listing: createListing({ policy, settings: (call) => live.of(call), descriptions, logger }),
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
    onOpen(sessionId, { transport, caller }) {
      metrics?.sessionOpened(transport);
      const details = { agent: caller.agent.id, client: caller.clientId, transport };
      log.note({ kind: 'session.opened', by: 'app', subject: sessionId, details });
    },
    onEnd(sessionId, lastedMs) {
      log.note({ kind: 'session.ended', by: 'app', subject: sessionId, details: { lastedMs } });
      limiter.forget(sessionId);
      metrics?.sessionEnded(lastedMs / 1000);
      approvals.sessionEnded(sessionId);
    },
    health: (name) => servers.board.health(name),
  });
  const inForce = keep(
    keepConfigInForce(
      () => loadOptions(options),
      atStart,
      logger,
      (change) => configChanged(change),
    ),
  );
  const relisting = keep(coalesce(() => sessions.listsChanged('settings'), NOTICE_MS));

  const serverCommands = keep(
    createServerCommands(surroundings, {
      servers,
      sessions,
      descriptions,
      notes: log,
      onChange: () => notice.request(),
      onTest: (test) => emit('servers.test.changed', test),
    }),
  );

  const closing = new AbortController();
  const commands = notedCommands(
    createCommands({
      live,
      configuration: () => configOverviewOf(inForce, options.configFile, live.mode),
      policy,
      trials,
      archive,
      exports: audit.exports,
      searches: openSavedSearches(join(userData, 'searches.json'), logger),
      approvals,
      clients,
      sessions,
      status: () => status(),
      servers: serverCommands,
      health: () => monitoring.health(),
      runDemo: createDemoRuns({
        url: () => listening.url,
        certificate: tls?.cert ?? null,
        needsToken: config.server.auth === 'required',
        clients,
        closing: closing.signal,
        onStep: (steps) => emit('demo.changed', steps),
      }),
      onSettings() {
        relisting.request();
        tellHost();
      },
    }),
    live,
    log,
  );

  const monitoring = composeMonitoring(surroundings, {
    metrics,
    status: () => status(),
    policy: () => policy.overview(),
    auditWorks: () => audit.log.problem === null,
    proof: async () => archive.proof['audit.proof'](),
    onChange: () => notice.request(),
    isStopping: () => drain.isDraining,
    shipping: () => audit.shipping(),
  });
  const server = composeHttpServer(surroundings, {
    sessions,
    log,
    servers: servers.all,
    all: createAllServers({
      sessions,
      servers: servers.all,
      proxyVersion: version,
      patienceMs: PATIENCE_WITH_EACH_MS,
      log,
      clock,
      logger,
    }),
    identity: { clients, auth: config.server.auth, defaultAgent: config.agent },
    tls,
    api: config.api.enabled
      ? {
          token: openApiToken(join(userData, 'api-token')),
          commands,
          audit: { lines: (query) => archive.lines(query), onSent: audit.noteRead },
          version,
        }
      : null,
    probes: monitoring.onProxyPort,
  });
  // At the end the questions go first, then the sessions answer what waits, then the connections end.
  keep(sessions);
  keep(approvals);
  const listening = await listen(surroundings, server, kept, tls?.cert ?? null);
  await monitoring.listen();
  logger.info('listening', {
    url: listening.url,
    servers: servers.all.map(({ name }) => name),
    policy: policy.overview().source,
  });
  const exposure = beyondLoopback(config.server.listen.address, {
    encrypted: tls !== null,
    tokens: config.server.auth === 'required',
  });
  if (exposure !== null) logger.warn(exposure.code, { message: exposure.message, remedy: exposure.remedy });

  const status = () => {
    const open = sessions.list();
    return statusOf({
      version,
      url: listening.url,
      portTakenInstead: listening.portTakenInstead,
      mode: live.mode,
      modeOverrides: live.modeOverrides,
      modeManagedAt: live.modeManagedAt,
      paused: live.paused,
      policyEnabled: live.policyEnabled,
      approvalsEnabled: live.approvalsEnabled,
      auth: config.server.auth,
      servesSse: config.server.transport === 'sse',
      servers: servers.board.summaries({
        sessions: open,
        uses: sessions.uses(),
        whereIs: (name) => whereIsServer(inForce.loaded, name),
      }),
      unserved: unservedServers(inForce.loaded, (name) => servers.behindSwitch(name) !== undefined),
      sessions: open,
      totals: audit.log.totals,
      problems: [
        audit.log.problem,
        ...audit.problems(),
        policyProblem(policy),
        bundleProblem(policy),
        inForce.problem,
        portTaken(listening.portTakenInstead, listening.port),
        clients.problem,
        exposure,
        alerts.problem,
        ...servers.board.problems(),
        ...monitoring.problems,
      ],
    });
  };

  function configChanged(change: ConfigChange | null): void {
    if (change !== null) {
      const { now, keys } = change;
      live.change(now, keys);
      lines.setLevel(now.config.logging.level);
      if (keys.some((key) => key.startsWith('limits'))) limiter.change(now.config.limits);
      noteConfigChange(log, options.configFile, keys);
      relisting.request();
    }
    emit('config.changed', { waiting: [...inForce.waiting] });
    notice.request();
  }

  function policyChanged(): void {
    if (!serving) return;
    notePolicy(policy.overview());
    emit('policy.changed', { version: policy.overview().version });
    sessions.listsChanged('policy');
    notice.request();
  }

  function bundleChanged(status: PolicyBundleStatus): void {
    if (!serving) return;
    emit('policy.bundle.changed', status);
    notice.request();
  }

  function tellHost(): void {
    emit('status.changed', status());
    emit('calls.changed', { newestId: audit.log.newestId });
  }

  const running = services.move();
  serving = true;
  return {
    url: listening.url,
    commands,
    setAttended: (attended) => approvals.setAttended(attended),
    setAuditKey: (key) => archive.sign(key),
    startExport: (task) => audit.exports.start(task),
    settingChanged(note) {
      noteSetting(log, note);
      inForce.reload();
      // Where the value is the same as before, only where it comes from is another one.
      emit('config.changed', { waiting: [...inForce.waiting] });
    },
    graceMs: config.server.graceful_shutdown,
    async close(mostMs) {
      closing.abort();
      // Nobody will answer any more.
      approvals.dismissAll();
      const graceMs = Math.min(config.server.graceful_shutdown, mostMs ?? Infinity);
      const begun = performance.now();
      await drain.begin(graceMs);
      audit.shipAtEnd(Math.max(0, graceMs - (performance.now() - begun)));
      await running.disposeAsync();
    },
  };
}
