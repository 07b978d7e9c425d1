// The MCP_* variables: which key of the configuration each one sets, over the file.
import type { Layer } from './layers.ts';
import { isTree, type KeyPath, type Tree, valueAt, withValue } from './tree.ts';

type Kind = 'text' | 'number' | 'list';

/** Flags are texts here: the schema knows their words. */
export const variables: readonly { readonly name: string; readonly key: string; readonly kind: Kind }[] = [
  { name: 'MCP_SERVER_PORT', key: 'server.listen.port', kind: 'number' },
  { name: 'MCP_SERVER_ADDRESS', key: 'server.listen.address', kind: 'text' },
  { name: 'MCP_SERVER_TRANSPORT', key: 'server.transport', kind: 'text' },
  { name: 'MCP_UPSTREAM_URL', key: 'upstream.url', kind: 'text' },
  { name: 'MCP_AGENT_ID', key: 'agent.id', kind: 'text' },
  { name: 'MCP_AGENT_NAME', key: 'agent.name', kind: 'text' },
  { name: 'MCP_AGENT_CAPABILITIES', key: 'agent.capabilities', kind: 'list' },
  { name: 'MCP_AGENTFACTS_MODE', key: 'agentfacts.mode', kind: 'text' },
  { name: 'MCP_AGENTFACTS_ALLOWED_DIDS', key: 'agentfacts.allowed_dids', kind: 'list' },
  { name: 'MCP_POLICY_MODE', key: 'policy.mode', kind: 'text' },
  { name: 'MCP_POLICY_ENABLED', key: 'policy.enabled', kind: 'text' },
  { name: 'MCP_POLICY_RULES_DIR', key: 'policy.policy_dir', kind: 'text' },
  { name: 'MCP_POLICY_DATA_FILE', key: 'policy.data_file', kind: 'text' },
  { name: 'MCP_POLICY_BUNDLE_URL', key: 'policy.bundle.url', kind: 'text' },
  { name: 'MCP_POLICY_BUNDLE_TOKEN', key: 'policy.bundle.token', kind: 'text' },
  { name: 'MCP_AUDIT_ENABLED', key: 'audit.enabled', kind: 'text' },
  { name: 'MCP_AUDIT_DB_PATH', key: 'audit.db_path', kind: 'text' },
  { name: 'MCP_AUDIT_OTLP_ENDPOINT', key: 'audit.otlp.endpoint', kind: 'text' },
  { name: 'MCP_AUDIT_OTLP_TOKEN', key: 'audit.otlp.token', kind: 'text' },
  { name: 'MCP_METRICS_ENABLED', key: 'metrics.enabled', kind: 'text' },
  { name: 'MCP_METRICS_PORT', key: 'metrics.port', kind: 'number' },
  { name: 'MCP_HEALTH_ENABLED', key: 'health.enabled', kind: 'text' },
  { name: 'MCP_HEALTH_PORT', key: 'health.port', kind: 'number' },
  { name: 'MCP_TRACING_ENDPOINT', key: 'tracing.endpoint', kind: 'text' },
  { name: 'MCP_TRACING_TOKEN', key: 'tracing.token', kind: 'text' },
  { name: 'MCP_LOGGING_LEVEL', key: 'logging.level', kind: 'text' },
  { name: 'MCP_LOGGING_FORMAT', key: 'logging.format', kind: 'text' },
  { name: 'MCP_TLS_ENABLED', key: 'tls.enabled', kind: 'text' },
  { name: 'MCP_TLS_CERT_FILE', key: 'tls.cert_file', kind: 'text' },
  { name: 'MCP_TLS_KEY_FILE', key: 'tls.key_file', kind: 'text' },
];

export interface Environment {
  readonly layer: Layer;
  /** The variable that set a key, by the key. */
  readonly setBy: ReadonlyMap<string, string>;
}

/**
 * What the environment says over what is configured below it. An empty variable says nothing; nor does one for a key of
 * what is no section below: that is an error of its own.
 */
export function readEnvironment(below: Tree, env: Readonly<Record<string, string | undefined>>): Environment {
  let tree: Tree = {};
  const setBy = new Map<string, string>();
  for (const { name, key, kind } of variables) {
    const text = env[name]?.trim() ?? '';
    if (text === '') continue;
    const path = key.split('.');
    const sections = path.slice(0, -1).map((_, index) => valueAt(below, path.slice(0, index + 1)));
    if (sections.some((section) => section !== undefined && !isTree(section))) continue;
    tree = withValue(tree, path, meant(text, kind));
    setBy.set(key, name);
  }
  const whereIs = (path: KeyPath) => setBy.get(path.join('.')) ?? 'the environment';
  return { layer: { kind: 'environment', tree, whereIs, folder: process.cwd() }, setBy };
}

/** What is no number stays a text, which the schema then refuses by its name. */
function meant(text: string, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'number':
      return /^\d+$/u.test(text) ? Number(text) : text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
  }
}
