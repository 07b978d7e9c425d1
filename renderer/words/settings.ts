// What settings are called and where they are found. What each does is told by the schema, one sentence for all places.

export const settingGroups = [
  'general',
  'proxy',
  'approvals',
  'policy',
  'bundle',
  'audit',
  'privacy',
  'server',
  'limits',
  'access',
  'logging',
  'monitoring',
  'otlp',
  'advanced',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

export const settingGroupNames: Readonly<Record<SettingGroup, string>> = {
  general: 'General',
  proxy: 'Proxy & port',
  approvals: 'Approvals',
  policy: 'Policy & mode',
  bundle: 'Policy bundle',
  audit: 'Audit log',
  privacy: 'Privacy',
  server: 'Default server',
  limits: 'Limits & retries',
  access: 'TLS & tokens',
  logging: 'Logging',
  monitoring: 'Metrics & health',
  otlp: 'OpenTelemetry',
  advanced: 'Advanced',
};

/** One sentence below the name of a group. */
export const settingGroupSentences: Readonly<Record<SettingGroup, string>> = {
  general: 'The app itself, on this machine.',
  proxy: 'Where clients reach the proxy, and how long connections last.',
  approvals: 'Which calls you are asked about, and what becomes of those that nobody answers.',
  policy: 'What decides about calls, and whether that is enforced.',
  bundle: 'Policies that come from a server, for many machines.',
  audit: 'What is recorded, where, and for how long.',
  privacy: 'What is kept out of the audit log and the log lines.',
  server: 'The server behind the plain address. Others are in the Servers view.',
  limits: 'How much is let through at once, how long it may take, and what is tried again.',
  access: 'Encryption, and who is let in.',
  logging: 'The log lines of the program. The audit log is another one.',
  monitoring: 'For Prometheus, and for whatever supervises the proxy.',
  otlp: 'Copies of records, and traces of calls, for a collector.',
  advanced: 'For those who know why.',
};

export interface SettingWords {
  readonly group: SettingGroup;
  readonly label: string;
  /** What a section of sections does; of all others the schema says it. */
  readonly does?: string;
  /** What each value is called, where it can be one of a few. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Stands behind a number. */
  readonly unit?: string;
  /** A path leads to a file, unless it says otherwise. */
  readonly folder?: boolean;
  /** Where names of the user's choice are looked after; else in the configuration file alone. */
  readonly view?: 'clients' | 'servers';
}

type Named = string | Omit<SettingWords, 'group'>;

const denyOrAllow = { deny: 'Deny', allow: 'Allow' };

/** Where something goes to over OTLP; the same for all that does. */
function collector(section: string, what: string): Record<string, Named> {
  const words: Record<string, Named> = {
    endpoint: `Collector of ${what}`,
    token: `Token for ${what}`,
    token_file: `File with the token for ${what}`,
    headers: `Headers for ${what}`,
    ca_file: `Certificates to trust for ${what}`,
    cert_file: `Certificate for ${what}`,
    key_file: `Private key for ${what}`,
    timeout: `Time for a request with ${what}`,
    compression: { label: `Compression of ${what}`, choices: { gzip: 'gzip', none: 'None' } },
    resource: `Attributes of ${what}`,
  };
  return Object.fromEntries(Object.entries(words).map(([key, named]) => [`${section}.${key}`, named]));
}

const table: Readonly<Record<SettingGroup, Readonly<Record<string, Named>>>> = {
  general: {
    'api.enabled': 'Commands from scripts',
  },
  proxy: {
    'server.listen.port': 'Port',
    'server.listen.address': 'Address',
    'server.transport': {
      label: 'Ways in for clients',
      choices: {
        sse: 'HTTP+SSE and Streamable HTTP',
        http: 'Streamable HTTP',
        'streamable-http': 'Streamable HTTP (long name)',
        stdio: 'stdio',
      },
    },
    'server.max_connections': { label: 'Open sessions at most', unit: 'sessions' },
    'server.read_timeout': 'Time to send a request',
    'server.write_timeout': 'Time to read an answer',
    'server.idle_timeout': 'Time without a request',
    'server.graceful_shutdown': 'Time to finish at the end',
    'server.security.allowed_hosts': 'Further host names',
    'server.security.cors_allowed_origins': 'Web pages that may call',
    'server.security.enable_security_headers': 'Security headers',
  },
  approvals: {
    'approvals.enabled': 'Ask a person',
    'approvals.ask': {
      label: 'Ask in mode Audit about',
      choices: { none: 'Nothing more', denied: 'What is denied', all: 'Every call' },
    },
    'approvals.timeout': 'Wait for an answer',
    'approvals.on_timeout': { label: 'Without an answer', choices: denyOrAllow },
    'approvals.max_hold': 'Longest stop of the countdown',
    'approvals.retry_window': 'Answer holds for a late retry',
    'approvals.wait_for_api': 'Wait without a window',
  },
  policy: {
    'policy.enabled': 'Check calls',
    'policy.mode': { label: 'Mode', choices: { enforce: 'Enforce', audit: 'Audit' } },
    'policy.modes.clients': { label: 'Modes of clients', view: 'clients' },
    'policy.modes.servers': { label: 'Modes of servers', view: 'servers' },
    'policy.policy_dir': { label: 'Folder of policies', folder: true },
    'policy.json_policy_dir': { label: 'Folder of JSON policies', folder: true },
    'policy.data_file': 'Data for policies',
    'policy.watch_for_changes': 'Take edits in at once',
    'policy.environment': 'Environment',
    'policy.evaluation.timeout': 'Time for a decision',
    'policy.evaluation.strict_builtin_errors': 'Errors in functions deny',
  },
  bundle: {
    'policy.bundle.url': 'Address of the bundle',
    'policy.bundle.token': 'Token',
    'policy.bundle.token_file': 'File with the token',
    'policy.bundle.ca_file': 'Certificates to trust',
    'policy.bundle.polling.min_delay': 'Ask again after, at least',
    'policy.bundle.polling.max_delay': 'Ask again after, at most',
    'policy.bundle.persist': 'Keep the last good bundle',
    'policy.bundle.signing.key': 'Key of signatures',
    'policy.bundle.signing.key_file': 'File with the key of signatures',
    'policy.bundle.signing.keyid': 'Name of the key',
    'policy.bundle.signing.algorithm': 'Algorithm of signatures',
    'policy.bundle.signing.scope': 'Scope of signatures',
    'policy.bundle.signing.exclude_files': 'Files without a signature',
  },
  audit: {
    'audit.enabled': 'Record calls',
    'audit.retention_days': { label: 'Keep records for', unit: 'days' },
    'audit.max_size': 'Room for all records',
    'audit.db_path': 'Database',
    'audit.synchronous': {
      label: 'Records survive',
      choices: { normal: 'A crash', full: 'A power loss' },
    },
    'audit.on_failure': { label: 'While the log can’t be written', choices: denyOrAllow },
  },
  privacy: {
    'audit.capture.request_arguments': 'Record arguments',
    'audit.capture.response_summary': 'Record the beginning of answers',
    'audit.redact.enabled': 'Take secrets out',
    'audit.redact.keys': 'Further names of secrets',
    'audit.redact.paths': 'Places of secrets',
    'audit.redact.patterns': 'Further forms of secrets',
    'audit.redact.except': 'No secrets here',
    'audit.redact.servers': {
      label: 'Secrets at some servers',
      does: 'The same for the calls to some servers.',
    },
    'audit.redact.tools': { label: 'Secrets of some tools', does: 'The same for the calls of some tools.' },
  },
  server: {
    'upstream.command': 'Command',
    'upstream.args': 'Arguments',
    'upstream.env': 'Environment variables',
    'upstream.cwd': { label: 'Starts in', folder: true },
    'upstream.url': 'Server’s address',
    'upstream.headers': 'HTTP headers',
    'upstream.transport': {
      label: 'Transport',
      choices: {
        auto: 'Found out',
        sse: 'HTTP+SSE',
        'streamable-http': 'Streamable HTTP',
        http: 'Streamable HTTP (short name)',
        stdio: 'stdio',
      },
    },
    'upstream.era': {
      label: 'Generation of MCP',
      choices: { auto: 'Found out', legacy: 'Up to 2025-11-25', modern: 'From 2026-07-28' },
    },
    servers: { label: 'Further servers', does: 'Each has an address of its own.', view: 'servers' },
  },
  limits: {
    'limits.agents': { label: 'Rates of agents', does: 'How many calls each agent may make.' },
    'limits.tools': { label: 'Rates of tools', does: 'How often each tool may be called, by all together.' },
    'upstream.max_concurrent': { label: 'Requests at once', unit: 'requests' },
    'upstream.max_queued': { label: 'Requests that may wait', unit: 'requests' },
    'upstream.timeout': 'Time to reach a server',
    'upstream.request_timeout': 'Silence of a server',
    'upstream.max_request_time': 'Time for a request in all',
    'upstream.connection_pool.max_open': { label: 'Open connections', unit: 'connections' },
    'upstream.connection_pool.max_idle': { label: 'Idle connections', unit: 'connections' },
    'upstream.connection_pool.idle_timeout': 'Keep idle connections for',
    'upstream.retry.enabled': 'Send again',
    'upstream.retry.max_attempts': { label: 'Attempts', unit: 'times' },
    'upstream.retry.initial_delay': 'First wait',
    'upstream.retry.max_delay': 'Longest wait',
    'upstream.retry.backoff': {
      label: 'The wait grows',
      choices: { exponential: 'Twofold', linear: 'Evenly', constant: 'Not at all' },
    },
    'upstream.circuit_breaker.enabled': 'Hold back failing servers',
    'upstream.circuit_breaker.threshold': { label: 'Failures in a row', unit: 'failures' },
    'upstream.circuit_breaker.timeout': 'Hold back for',
  },
  access: {
    'server.auth': { label: 'Tokens of clients', choices: { optional: 'Optional', required: 'Required' } },
    clients: {
      label: 'Clients with a token',
      does: 'Who presents one is known for certain.',
      view: 'clients',
    },
    'tls.enabled': 'Encrypt (TLS)',
    'tls.cert_file': 'Certificate',
    'tls.key_file': 'Private key',
    'tls.ca_file': 'Who signs clients’ certificates',
    'tls.min_version': { label: 'Oldest TLS version', choices: { '1.2': 'TLS 1.2', '1.3': 'TLS 1.3' } },
    'tls.client_auth': {
      label: 'Certificates of clients',
      choices: { none: 'Not asked for', request: 'Asked for', require: 'Required' },
    },
    'agent.id': 'Id without a token',
    'agent.name': 'Name without a token',
    'agent.capabilities': 'Capabilities without a token',
    'agent.model': 'Model',
    'agent.publisher': 'Publisher',
    'agent.tags': 'Tags',
  },
  logging: {
    'logging.level': {
      label: 'Level',
      choices: { debug: 'Debug', info: 'Info', warn: 'Warn', error: 'Error' },
    },
    'logging.format': { label: 'Format', choices: { json: 'JSON', text: 'Text' } },
    'logging.output': {
      label: 'Written to',
      choices: { stderr: 'Standard error', stdout: 'Standard output', file: 'A file' },
    },
    'logging.file.path': 'Log file',
    'logging.file.max_size': { label: 'Size of a log file', unit: 'MB' },
    'logging.file.max_backups': { label: 'Older log files', unit: 'files' },
    'logging.file.max_age': { label: 'Keep older log files for', unit: 'days' },
  },
  monitoring: {
    'metrics.enabled': 'Metrics',
    'metrics.address': 'Address of the metrics',
    'metrics.port': 'Port of the metrics',
    'metrics.path': 'Path of the metrics',
    'metrics.token_hash': 'Hash of the scrapers’ token',
    'health.enabled': 'Health',
    'health.address': 'Address for health',
    'health.port': 'Port for health',
    'health.low_disk': 'Too little room on the disk',
    'health.liveness_path': 'Path: is it alive',
    'health.readiness_path': 'Path: is it ready',
  },
  otlp: {
    ...collector('audit.otlp', 'records'),
    'audit.otlp.batch_size': { label: 'Records in a request', unit: 'records' },
    'audit.otlp.interval': 'Time to gather records',
    'audit.otlp.from': { label: 'Send records', choices: { now: 'From now on', start: 'From the start' } },
    'audit.otlp.max_backlog': { label: 'Records that may wait', unit: 'records' },
    ...collector('tracing', 'traces'),
    'tracing.sample_ratio': 'Part of the calls to trace',
    'tracing.batch_size': { label: 'Spans in a request', unit: 'spans' },
    'tracing.interval': 'Time to gather spans',
    'tracing.max_queue': { label: 'Spans that may wait', unit: 'spans' },
  },
  advanced: {
    version: 'Version of the file',
    'agentfacts.mode': {
      label: 'AgentFacts',
      choices: { disabled: 'Off', optional: 'Optional', required: 'Required' },
    },
    'agentfacts.max_age': 'Age of proofs',
    'agentfacts.clock_skew': 'Difference of clocks',
    'agentfacts.allowed_dids': 'Whose proofs count',
    'agentfacts.verify_log_proof': 'Proofs in a public log',
    'agentfacts.cache.enabled': 'Keep verified proofs',
    'agentfacts.cache.ttl': 'Keep verified proofs for',
    'agentfacts.cache.max_entries': { label: 'Verified proofs at most', unit: 'proofs' },
    'policy.cache.enabled': 'Keep decisions',
    'policy.cache.ttl': 'Keep decisions for',
    'policy.cache.max_entries': { label: 'Decisions at most', unit: 'decisions' },
    'audit.buffer_size': { label: 'Records to gather', unit: 'records' },
    'audit.flush_interval': 'Time to gather records before writing',
  },
};

/** By dotted key, in the order in which they are shown. Sections whose names the user chooses count as one. */
export const settingWords: ReadonlyMap<string, SettingWords> = new Map(
  settingGroups.flatMap((group) =>
    Object.entries(table[group]).map(([key, named]): [string, SettingWords] => [
      key,
      { group, ...(typeof named === 'string' ? { label: named } : named) },
    ]),
  ),
);
