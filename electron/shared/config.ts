// The configuration file (YAML): all sections, what each key expects, and its default. Keys are named as in the file.
import { z } from 'zod';
import {
  duration,
  durationOrNone,
  flag,
  named,
  oneOf,
  optionalText,
  optionalUrl,
  origins,
  port,
  section,
  sha256,
  sizeOrNone,
  text,
  texts,
  wholeNumber,
} from './config-values.ts';
import { policyBundle } from './config-bundle.ts';
import { httpHeaders } from './config-headers.ts';
import { checkOtlpTarget, otlpTarget } from './config-otlp.ts';
import { reservedServerNames, serverName } from './server-paths.ts';

const million = 1_000_000;

const server = section({
  listen: section({
    /** Another one than loopback opens the proxy to other machines. */
    address: text('127.0.0.1'),
    port: port(3000),
  }).prefault({}),
  /** HTTP+SSE and Streamable HTTP are both served, whichever of them is named here. */
  transport: oneOf(['sse', 'http', 'streamable-http', 'stdio'], 'sse'),
  read_timeout: duration('30s'),
  write_timeout: duration('30s'),
  idle_timeout: duration('120s'),
  graceful_shutdown: duration('30s'),
  max_connections: wholeNumber(1, million, 1000),
  /** Whether clients have to present a token. */
  auth: oneOf(['optional', 'required'], 'optional'),
  security: section({
    /** Names beside the loopback ones by which clients may call the proxy where it listens on more than loopback. */
    allowed_hosts: texts([]),
    /** Web pages that may call the proxy: of other servers on this machine, too, none may otherwise. */
    cors_allowed_origins: origins(),
    enable_security_headers: flag(true),
  }).prefault({}),
});

/** How a server is reached: by a URL, or as a command that is started for each session. */
const target = {
  url: optionalUrl(),
  command: optionalText(),
  args: texts([]),
  env: z
    .record(z.string(), z.string({ error: 'a text (put quotes around numbers)' }), {
      error: 'a section of variables',
    })
    .default(() => ({})),
  cwd: optionalText(),
  /** Sent with every request to a URL, for servers that want a token. */
  headers: httpHeaders(),
  transport: oneOf(['auto', 'sse', 'streamable-http', 'http', 'stdio'], 'auto'),
  /** Which generation of the protocol the server speaks: up to 2025-11-25, or from 2026-07-28 on. */
  era: oneOf(['auto', 'legacy', 'modern'], 'auto'),
  /** How many requests may run at the server at once, of all sessions together. */
  max_concurrent: wholeNumber(0, 100_000, 0, ' (0: no limit)'),
  /** How many more may wait for that; further ones fail at once. */
  max_queued: wholeNumber(0, 100_000, 100),
} as const;

interface Target {
  readonly url: string | null;
  readonly command: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: string;
  readonly era: string;
}

function reachableOneWay({ value, issues }: z.core.ParsePayload<Target>): void {
  const { url, command, headers, transport, era } = value;
  if (url !== null && command !== null) {
    issues.push({
      code: 'custom',
      message: 'either url or command',
      input: value,
      params: { found: 'both' },
    });
  } else if (url !== null && transport === 'stdio') {
    issues.push({
      code: 'custom',
      message: 'auto, sse, streamable-http or http beside a url',
      path: ['transport'],
      input: transport,
    });
  } else if (command !== null && !['auto', 'stdio'].includes(transport)) {
    issues.push({
      code: 'custom',
      message: 'auto or stdio beside a command',
      path: ['transport'],
      input: transport,
    });
  } else if (transport === 'sse' && era === 'modern') {
    issues.push({
      code: 'custom',
      message: 'auto or legacy beside the transport sse, which modern servers do not have',
      path: ['era'],
      input: era,
    });
  } else if (command !== null && Object.keys(headers).length > 0) {
    issues.push({
      code: 'custom',
      message: 'no headers beside a command (env hands it what it needs)',
      path: ['headers'],
      input: 'headers',
    });
  }
}

const upstream = section({
  ...target,
  /** How long a server may take to be reached. */
  timeout: duration('30s'),
  /** How long a server may be silent about a request; progress starts it anew. */
  request_timeout: duration('10m'),
  /** How long it may take for one request in all, whatever progress it shows. */
  max_request_time: durationOrNone('1h'),
  connection_pool: section({
    max_idle: wholeNumber(0, million, 10),
    max_open: wholeNumber(1, million, 100),
    /** How long a connection to a URL is kept without a request. */
    idle_timeout: duration('90s'),
  }).prefault({}),
  /** Of what certainly did not reach the server. */
  retry: section({
    enabled: flag(false),
    /** The first one among them. */
    max_attempts: wholeNumber(1, 100, 3),
    initial_delay: duration('100ms'),
    max_delay: duration('5s'),
    backoff: oneOf(['exponential', 'linear', 'constant'], 'exponential'),
  }).prefault({}),
  circuit_breaker: section({
    enabled: flag(false),
    /** So many failures in a row hold the calls to a server back. */
    threshold: wholeNumber(1, million, 5),
    /** For so long; then one call tries it. */
    timeout: duration('30s'),
  }).prefault({}),
}).check(reachableOneWay);

const namedServer = section({
  ...target,
  enabled: flag(true),
}).check(reachableOneWay);

const cache = (ttl: string, entries: number) =>
  section({
    enabled: flag(false),
    ttl: duration(ttl),
    max_entries: wholeNumber(1, 10 * million, entries),
  }).prefault({});

/** Who calls, for the policy, where the client did not prove to be somebody else. */
const agent = section({
  id: text('anonymous'),
  name: text('Anonymous'),
  capabilities: texts(['read:*', 'write:*']),
  model: text(''),
  publisher: text(''),
  tags: texts([]),
});

const agentfacts = section({
  mode: oneOf(['disabled', 'optional', 'required'], 'optional'),
  max_age: duration('24h'),
  clock_skew: duration('5m'),
  allowed_dids: texts([]),
  verify_log_proof: flag(false),
  cache: cache('5m', 1000),
});

const ownModes = z
  .record(z.string(), z.enum(['enforce', 'audit'], { error: 'one of enforce, audit' }), {
    error: 'a section with names as keys',
  })
  .default(() => ({}));

const policy = section({
  enabled: flag(true),
  mode: oneOf(['enforce', 'audit'], 'enforce'),
  /** Modes of their own. Where those of a call's client and server differ, `enforce` holds. */
  modes: section({
    /** By agent id. */
    clients: ownModes,
    servers: ownModes,
  }).prefault({}),
  /** Folder of Rego files; null: the shipped policies. */
  policy_dir: optionalText(),
  json_policy_dir: optionalText(),
  /** JSON that the policies see as `data`; null: the shipped one, or none beside policies of one's own. */
  data_file: optionalText(),
  watch_for_changes: flag(false),
  /** What the policies see as `input.context.environment`. */
  environment: text('development'),
  cache: cache('5m', 10_000),
  evaluation: section({
    timeout: duration('100ms'),
    strict_builtin_errors: flag(true),
  }).prefault({}),
  /** Where policies and data are served; they then own what their manifest names, before all local files. */
  bundle: policyBundle.prefault({}),
});

/** What is kept out of the audit log and the log lines, beside what policies want kept out. */
const redaction = {
  /** False: nothing is, here. */
  enabled: flag(true),
  /** Built-in patterns and names that are no secrets here; see gateway/redaction. */
  except: texts([]),
  /** Own regular expressions (RE2), by the name that stands in the marker. */
  patterns: named(z.string({ error: 'a regular expression' })),
  /** Own names of members whose values are secrets. */
  keys: texts([]),
  /** Where in the arguments values are secrets: names with dots between them, `*` for any. */
  paths: texts([]),
} as const;

const redactionParts = z
  .record(z.string(), section(redaction), { error: 'a section with names as keys' })
  .default(() => ({}));

const redact = section({
  ...redaction,
  /** Beside the above, by server name. */
  servers: redactionParts,
  /** By tool name, or `SERVER/TOOL`. */
  tools: redactionParts,
});

/** Where a copy of every record goes to, as OpenTelemetry logs. The log itself is the queue. */
const auditOtlp = section({
  ...otlpTarget,
  /** How many records go in one request at most. */
  batch_size: wholeNumber(1, 10_000, 512),
  /** How long a record may wait for others that go with it. */
  interval: duration('1s'),
  /** What is sent when this is switched on first: what is recorded from then on, or all that the log holds. */
  from: oneOf(['now', 'start'], 'now'),
  /** So many records may wait for a collector that is away; beyond that the oldest are not sent. */
  max_backlog: wholeNumber(0, 1000 * million, million, ' (0: as many as the log holds)'),
}).check(checkOtlpTarget);

const audit = section({
  enabled: flag(true),
  /** The database; null: `audit.db` in the user-data folder. */
  db_path: optionalText(),
  buffer_size: wholeNumber(0, million, 100),
  flush_interval: duration('1s'),
  /** 0: records are kept for ever. */
  retention_days: wholeNumber(0, 36_500, 30, ' (0: for ever)'),
  /** Where the records take more, the oldest ones go, however young they are. The search index comes on top. */
  max_size: sizeOrNone('0'),
  /** `full` survives the loss of power too, for one fsync a record. */
  synchronous: oneOf(['normal', 'full'], 'normal'),
  redact: redact.prefault({}),
  /** What becomes of calls while the log can't be written: `allow` lets them pass unrecorded. */
  on_failure: oneOf(['deny', 'allow'], 'deny'),
  capture: section({
    request_arguments: flag(true),
    response_summary: flag(false),
  }).prefault({}),
  otlp: auditOtlp.prefault({}),
});

const approvals = section({
  enabled: flag(true),
  /** Which calls a person is asked about in mode audit, beside those for which the policy itself says "ask" in any. */
  ask: oneOf(['none', 'denied', 'all'], 'none'),
  timeout: duration('120s'),
  /** What becomes of a call that nobody answered in time. */
  on_timeout: oneOf(['deny', 'allow'], 'deny'),
  /** How long the countdown of one call may stand still, all in all, while somebody reads it. */
  max_hold: duration('10m'),
  /** How long after its client gave up a call can still be answered, and an exact retry has that answer. */
  retry_window: duration('2m'),
  /** Whether calls wait for an answer over the admin API where there is no window, and not for the default at once. */
  wait_for_api: flag(false),
});

/** How often, 0 for no limit. At most what is remembered exactly, call by call. */
const rate = section({
  per_session: wholeNumber(0, 100_000, 0, ' (0: no limit)'),
  per_minute: wholeNumber(0, 100_000, 0, ' (0: no limit)'),
  per_hour: wholeNumber(0, 100_000, 0, ' (0: no limit)'),
});

const rates = z.record(z.string(), rate, { error: 'a section with names as keys' }).default(() => ({}));

/** Rates that calls are held to whatever the policy says, in either mode. */
const limits = section({
  /** By agent id; `default` holds for each agent that has no entry of its own. */
  agents: rates,
  /** By tool name, or `SERVER/TOOL`, for all callers together. */
  tools: rates,
});

/** A client that presents the token with this hash. */
const client = section({
  token_hash: sha256(),
  /** The name of the section where it is left out. */
  id: text(''),
  capabilities: texts([]),
  tags: texts([]),
});

/** A token, and an id, can be of one client alone. */
function oneEach({ value, issues }: z.core.ParsePayload<Record<string, z.output<typeof client>>>): void {
  const taken = new Set<string>();
  for (const [name, { id, token_hash: hash }] of Object.entries(value)) {
    const named = id === '' ? name : id;
    for (const [key, one] of [
      ['id', named],
      ['token_hash', hash],
    ] as const) {
      if (taken.has(`${key} ${one}`)) {
        const message = 'one that no other client has';
        issues.push({ code: 'custom', message, path: [name, key], input: value });
      }
      taken.add(`${key} ${one}`);
    }
  }
}

const logging = section({
  level: oneOf(['debug', 'info', 'warn', 'error'], 'info'),
  format: oneOf(['json', 'text'], 'json'),
  /** Standard error, because standard output belongs to the scripts that start the proxy. */
  output: oneOf(['stderr', 'stdout', 'file'], 'stderr'),
  file: section({
    path: optionalText(),
    max_size: wholeNumber(1, million, 100),
    max_backups: wholeNumber(0, million, 3),
    max_age: wholeNumber(0, million, 28),
  }).prefault({}),
});

const tls = section({
  enabled: flag(false),
  cert_file: optionalText(),
  key_file: optionalText(),
  ca_file: optionalText(),
  min_version: oneOf(['1.2', '1.3'], '1.2'),
  client_auth: oneOf(['none', 'request', 'require'], 'none'),
});

/** The whole file. Durations come out as milliseconds; unset and empty paths, URLs and commands as null. */
export const configSchema = section({
  version: z.union([z.string(), z.number()], { error: 'a version such as "1.0"' }).default('1.0'),
  server: server.prefault({}),
  upstream: upstream.prefault({}),
  /** Beside `upstream`, which is the server named "default"; each is served below /servers/NAME. */
  servers: named(namedServer, serverName, reservedServerNames),
  agent: agent.prefault({}),
  agentfacts: agentfacts.prefault({}),
  policy: policy.prefault({}),
  audit: audit.prefault({}),
  approvals: approvals.prefault({}),
  limits: limits.prefault({}),
  clients: named(client).check(oneEach),
  /** The admin API below `/api/`, for whoever can read its token in the user-data folder. */
  api: section({ enabled: flag(false) }).prefault({}),
  metrics: section({
    enabled: flag(false),
    address: text('127.0.0.1'),
    port: port(9090),
    path: text('/metrics'),
    /** SHA-256 of the token that scrapers present; without one, whoever reaches the port may read. */
    token_hash: sha256().nullable().default(null),
  }).prefault({}),
  health: section({
    enabled: flag(false),
    address: text('127.0.0.1'),
    port: port(8080),
    liveness_path: text('/health'),
    readiness_path: text('/ready'),
  }).prefault({}),
  logging: logging.prefault({}),
  tls: tls.prefault({}),
});

export type Config = z.output<typeof configSchema>;
