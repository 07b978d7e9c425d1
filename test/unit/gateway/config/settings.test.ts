// Every setting is described once, in the schema, and some test shows what it does to the running proxy. SETTINGS.md, the
// table of both, is written by `npm test -- --project unit config/settings -u`.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { variables } from '../../../../electron/gateway/config/environment.ts';
import { LIVE_SETTINGS } from '../../../../electron/gateway/config/changed-settings.ts';
import { settingsOf } from '../../../../electron/gateway/config/settings-list.ts';
import { notYetProtective, withoutEffect } from '../../../../electron/shared/config-gaps.ts';
import { describedSettings } from '../../../settings/described-settings.ts';
import { settingsPage } from '../../../settings/settings-page.ts';
import { namedIn, shownBy } from '../../../settings/shown-by.ts';
import { titlesBelow } from '../../../settings/titles.ts';

const settings = describedSettings();
const shown = shownBy();
const page = fileURLToPath(new URL('../../../../electron/gateway/config/SETTINGS.md', import.meta.url));
/** Shown by no test yet; empty before long. */
const yetToBeShown = new Set(
  `audit.otlp.endpoint audit.otlp.token audit.otlp.token_file audit.otlp.headers audit.otlp.ca_file audit.otlp.cert_file audit.otlp.key_file audit.otlp.timeout audit.otlp.compression audit.otlp.resource audit.otlp.batch_size audit.otlp.interval audit.otlp.from audit.otlp.max_backlog MCP_AUDIT_OTLP_ENDPOINT MCP_AUDIT_OTLP_TOKEN version server.listen.address server.listen.port server.transport server.read_timeout server.write_timeout server.idle_timeout server.graceful_shutdown server.max_connections server.auth server.security.allowed_hosts server.security.cors_allowed_origins server.security.enable_security_headers upstream.url upstream.command upstream.args upstream.env upstream.cwd upstream.headers upstream.transport upstream.era upstream.max_concurrent upstream.max_queued upstream.timeout upstream.request_timeout upstream.max_request_time upstream.connection_pool.max_idle upstream.connection_pool.max_open upstream.connection_pool.idle_timeout upstream.retry.enabled upstream.retry.max_attempts upstream.retry.initial_delay upstream.retry.max_delay upstream.retry.backoff upstream.circuit_breaker.enabled upstream.circuit_breaker.threshold upstream.circuit_breaker.timeout servers.NAME.url servers.NAME.command servers.NAME.args servers.NAME.env servers.NAME.cwd servers.NAME.headers servers.NAME.transport servers.NAME.era servers.NAME.max_concurrent servers.NAME.max_queued servers.NAME.enabled agent.id agent.name agent.capabilities agent.model agent.publisher agent.tags agentfacts.mode agentfacts.max_age agentfacts.clock_skew agentfacts.allowed_dids agentfacts.verify_log_proof agentfacts.cache.enabled agentfacts.cache.ttl agentfacts.cache.max_entries policy.enabled policy.mode policy.modes.clients policy.modes.servers policy.policy_dir policy.json_policy_dir policy.data_file policy.watch_for_changes policy.environment policy.cache.enabled policy.cache.ttl policy.cache.max_entries policy.evaluation.timeout policy.evaluation.strict_builtin_errors policy.bundle.token policy.bundle.token_file policy.bundle.ca_file policy.bundle.polling.min_delay policy.bundle.polling.max_delay policy.bundle.signing.key policy.bundle.signing.key_file policy.bundle.signing.keyid policy.bundle.signing.algorithm policy.bundle.signing.scope policy.bundle.signing.exclude_files policy.bundle.persist audit.enabled audit.db_path audit.buffer_size audit.flush_interval audit.retention_days audit.max_size audit.synchronous audit.redact.enabled audit.redact.except audit.redact.patterns audit.redact.keys audit.redact.paths audit.redact.servers.NAME.enabled audit.redact.servers.NAME.except audit.redact.servers.NAME.patterns audit.redact.servers.NAME.keys audit.redact.servers.NAME.paths audit.redact.tools.NAME.enabled audit.redact.tools.NAME.except audit.redact.tools.NAME.patterns audit.redact.tools.NAME.keys audit.redact.tools.NAME.paths audit.on_failure audit.capture.request_arguments audit.capture.response_summary approvals.enabled approvals.ask approvals.timeout approvals.on_timeout approvals.max_hold approvals.retry_window approvals.wait_for_api limits.agents.NAME.per_session limits.agents.NAME.per_minute limits.agents.NAME.per_hour limits.tools.NAME.per_session limits.tools.NAME.per_minute limits.tools.NAME.per_hour clients.NAME.token_hash clients.NAME.id clients.NAME.capabilities clients.NAME.tags api.enabled metrics.enabled metrics.address metrics.port metrics.path metrics.token_hash health.enabled health.address health.port health.liveness_path health.readiness_path logging.level logging.format logging.output logging.file.path logging.file.max_size logging.file.max_backups logging.file.max_age tls.enabled tls.cert_file tls.key_file tls.ca_file tls.min_version tls.client_auth MCP_SERVER_PORT MCP_SERVER_ADDRESS MCP_SERVER_TRANSPORT MCP_UPSTREAM_URL MCP_AGENT_ID MCP_AGENT_NAME MCP_AGENT_CAPABILITIES MCP_AGENTFACTS_MODE MCP_AGENTFACTS_ALLOWED_DIDS MCP_POLICY_MODE MCP_POLICY_ENABLED MCP_POLICY_RULES_DIR MCP_POLICY_DATA_FILE MCP_POLICY_BUNDLE_URL MCP_POLICY_BUNDLE_TOKEN MCP_AUDIT_ENABLED MCP_AUDIT_DB_PATH MCP_METRICS_ENABLED MCP_METRICS_PORT MCP_HEALTH_ENABLED MCP_HEALTH_PORT MCP_LOGGING_LEVEL MCP_LOGGING_FORMAT MCP_TLS_ENABLED MCP_TLS_CERT_FILE MCP_TLS_KEY_FILE`.split(
    /\s+/u,
  ),
);
const refresh = 'SETTINGS.md is not as schema and tests say: npm test -- --project unit config/settings -u';

/** In place of an assertion for each of them, whose failures would be read one by one. */
function missing(keys: readonly string[], has: (key: string) => boolean): string[] {
  return keys.filter((key) => !has(key));
}

it('says of each setting what it does, and what it expects', () => {
  const hint =
    'add .describe("…") in electron/shared/config.ts, and .meta({ expected: "…" }) to a new kind of value';
  const asIs = settingsOf({ layers: [], tree: {}, setBy: new Map() });
  expect(
    asIs.filter(({ does }) => does === '').map(({ path }) => path.join('.')),
    hint,
  ).toEqual([]);
  const wordless = settings.filter(({ does, expected }) => does === '' || expected === '');
  expect(
    wordless.map(({ key }) => key),
    hint,
  ).toEqual([]);
});

it('has a test for the effect of each setting and variable', () => {
  const hint =
    "begin the title of a test in test/integration with it: it('audit.buffer_size: …'), or name a test in test/settings/shown-by.ts";
  const keys = [...settings.map(({ key }) => key), ...variables.map(({ name }) => name)];
  expect(
    missing(keys, (key) => shown.has(key) || yetToBeShown.has(key)),
    hint,
  ).toEqual([]);
});

it('names no test that is gone', () => {
  const titles = new Set(titlesBelow('integration', 'e2e').map(({ file, title }) => `${file} ${title}`));
  const gone = [...shown].filter(([, { file, title }]) => !titles.has(`${file} ${title}`));
  expect(gone, 'mend the row in test/settings/shown-by.ts').toEqual([]);
});

it('names no setting that is gone', () => {
  const known = new Set([...settings.map(({ key }) => key), ...variables.map(({ name }) => name)]);
  const inTitles = titlesBelow('integration/settings').flatMap(({ title }) => namedIn(title));
  expect(missing([...shown.keys(), ...inTitles], (key) => known.has(key))).toEqual([]);
  const sections = new Set(
    settings.flatMap(({ key }) => key.split('.').map((_, n, parts) => parts.slice(0, n + 1).join('.'))),
  );
  const live = LIVE_SETTINGS.filter((key) => !sections.has(key));
  const gaps = [...withoutEffect.flatMap(({ keys }) => keys), ...notYetProtective.map(({ key }) => key)];
  expect([...live, ...missing(gaps, (key) => known.has(key))]).toEqual([]);
});

it('is written down', async () => {
  await expect(settingsPage(settings, shown), refresh).toMatchFileSnapshot(page);
});
