// The configuration file (YAML): all sections; of each key what it does, what it expects, and its default. Keys are named
// as in the file. The sentences are those of the reference (SETTINGS.md), of the window, and of editors with the schema.
import { z } from 'zod';
import { valueForms } from './config-forms.ts';
import {
  duration,
  durationOrNone,
  flag,
  named,
  oneOf,
  optionalPath,
  optionalSha256,
  optionalText,
  optionalUrl,
  origins,
  port,
  section,
  sha256,
  sizeOrNone,
  text,
  texts,
  textsByName,
  wholeNumber,
} from './config-values.ts';
import { policyBundle } from './config-bundle.ts';
import { httpHeaders } from './config-headers.ts';
import { checkOtlpTarget, otlpTarget } from './config-otlp.ts';
import { tracing } from './config-tracing.ts';
import { reservedServerNames, serverName } from './server-paths.ts';

const million = 1_000_000;

const server = section({
  listen: section({
    address: text('127.0.0.1').describe(
      'Where the proxy listens. Any other address than that of this machine alone opens it to other machines.',
    ),
    port: port(3000).describe(
      'The port that clients connect to. Where nobody names one and another program has it, the next free one is taken.',
    ),
  }).prefault({}),
  transport: oneOf(['sse', 'http', 'streamable-http', 'stdio'], 'sse').describe(
    'How clients may speak to the proxy: over HTTP+SSE and Streamable HTTP, or with http over Streamable HTTP alone.',
  ),
  read_timeout: duration('30s').describe('How long a client may take to send one request.'),
  write_timeout: duration('30s').describe(
    'How long a client may leave unread what is written to it before its connection is closed.',
  ),
  idle_timeout: duration('120s').describe('How long a connection without a request is kept open.'),
  graceful_shutdown: duration('30s').describe('How long running calls may go on when the proxy stops.'),
  max_connections: wholeNumber(1, million, 1000).describe('How many sessions may be open at once.'),
  auth: oneOf(['optional', 'required'], 'optional').describe(
    'Whether clients have to present a token. A wrong token is refused either way.',
  ),
  security: section({
    allowed_hosts: texts([]).describe(
      'Further names by which clients may call the proxy where it listens on more than this machine.',
    ),
    cors_allowed_origins: origins().describe('Web pages that may call the proxy. No others may.'),
    enable_security_headers: flag(true).describe(
      'Whether answers carry the headers that keep browsers from making something else of them.',
    ),
  }).prefault({}),
});

/** How a server is reached: by a URL, or as a command that is started for each session. */
const target = {
  url: optionalUrl().describe('Where the server is, when it speaks HTTP.'),
  command: optionalText().describe('The program that is the server, started for each session.'),
  args: texts([]).describe('Arguments of the command.'),
  env: textsByName('a section of variables').describe(
    'Environment variables of the command, beside the few that every program needs.',
  ),
  cwd: optionalPath().describe('The folder that the command is started in.'),
  headers: httpHeaders().describe(
    'HTTP headers that are sent with every request to the URL, for servers that want a token.',
  ),
  transport: oneOf(['auto', 'sse', 'streamable-http', 'http', 'stdio'], 'auto').describe(
    'How the proxy speaks to the server. It finds out by itself unless told.',
  ),
  era: oneOf(['auto', 'legacy', 'modern'], 'auto').describe(
    'Which generation of MCP the server speaks: up to 2025-11-25 (legacy), or from 2026-07-28 on (modern).',
  ),
  max_concurrent: wholeNumber(0, 100_000, 0, ' (0: no limit)').describe(
    'How many requests may run at the server at once, of all sessions together.',
  ),
  max_queued: wholeNumber(0, 100_000, 100).describe(
    'How many requests may wait for one of those places. Further ones fail at once.',
  ),
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
  timeout: duration('30s').describe('How long a server may take to be reached.'),
  request_timeout: duration('10m').describe(
    'How long a server may be silent about a request. Progress that it reports starts this anew.',
  ),
  max_request_time: durationOrNone('1h').describe(
    'How long a request may take in all, whatever progress is reported.',
  ),
  connection_pool: section({
    max_idle: wholeNumber(0, million, 10).describe(
      'How many connections to a URL are kept without a request.',
    ),
    max_open: wholeNumber(1, million, 100).describe(
      'How many requests may have a connection to a URL at once. Further ones wait.',
    ),
    idle_timeout: duration('90s').describe('How long a connection to a URL is kept without a request.'),
  }).prefault({}),
  retry: section({
    enabled: flag(false).describe('Whether that which certainly did not reach the server is sent again.'),
    max_attempts: wholeNumber(1, 100, 3).describe('How often it is sent at most, the first time included.'),
    initial_delay: duration('100ms').describe('How long the proxy waits before it sends something again.'),
    max_delay: duration('5s').describe('How long it waits at most.'),
    backoff: oneOf(['exponential', 'linear', 'constant'], 'exponential').describe(
      'How the wait grows with each attempt.',
    ),
  }).prefault({}),
  circuit_breaker: section({
    enabled: flag(false).describe('Whether calls to a server that keeps failing are held back for a while.'),
    threshold: wholeNumber(1, million, 5).describe('How many failures in a row it takes.'),
    timeout: duration('30s').describe(
      'How long calls then fail at once, until one of them tries the server.',
    ),
  }).prefault({}),
}).check(reachableOneWay);

const namedServer = section({
  ...target,
  enabled: flag(true).describe('Whether the server is served.'),
}).check(reachableOneWay);

const cache = (what: string, ttl: string, entries: number) =>
  section({
    enabled: flag(false).describe(`Whether ${what} are kept for a while.`),
    ttl: duration(ttl).describe('How long they would be kept.'),
    max_entries: wholeNumber(1, 10 * million, entries).describe('How many would be kept.'),
  }).prefault({});

/** Who calls, for the policy, where the client did not prove to be somebody else. */
const agent = section({
  id: text('anonymous').describe('What policies and log call a client that presents no token.'),
  name: text('Anonymous').describe('Its name, as policies see it.'),
  capabilities: texts(['read:*', 'write:*']).describe('What it may do, by the names that policies ask for.'),
  model: text('').describe('The model behind it, as policies see it.'),
  publisher: text('').describe('Who has published it, as policies see it.'),
  tags: texts([]).describe('Words about it for policies.'),
});

const agentfacts = section({
  mode: oneOf(['disabled', 'optional', 'required'], 'optional').describe(
    'Whether agents prove by AgentFacts who they are. This version verifies none, so that it can’t be required.',
  ),
  max_age: duration('24h').describe('How old a proof might be.'),
  clock_skew: duration('5m').describe('How far the clock of who signed it might be off.'),
  allowed_dids: texts([]).describe('Whose proofs would count.'),
  verify_log_proof: flag(false).describe('Whether a proof would have to stand in a public log.'),
  cache: cache('verified proofs', '5m', 1000),
});

const ownModes = z
  .record(z.string(), z.enum(['enforce', 'audit'], { error: 'one of enforce, audit' }), {
    error: 'a section with names as keys',
  })
  .default(() => ({}))
  .meta({ expected: 'a section of names, each with enforce or audit' });

const policy = section({
  enabled: flag(true).describe(
    'Whether policies decide at all. Without them every call passes, and is recorded.',
  ),
  mode: oneOf(['enforce', 'audit'], 'enforce').describe(
    'Whether a call that the policy denies is stopped (enforce), or only recorded as one that would be (audit).',
  ),
  modes: section({
    clients: ownModes.describe(
      'Modes for the calls of some clients, by agent id. Where those of client and server differ, enforce holds.',
    ),
    servers: ownModes.describe('Modes for the calls to some servers.'),
  }).prefault({}),
  policy_dir: optionalPath().describe('The folder of Rego files. Else your own copy of the shipped ones.'),
  json_policy_dir: optionalPath().describe(
    'The folder of JSON policies. Else json in the folder of Rego files.',
  ),
  data_file: optionalPath().describe(
    'The JSON file that policies see as data. Else the shipped one, or none beside policies of your own.',
  ),
  watch_for_changes: flag(false).describe(
    'Whether edits in policy_dir take effect while the proxy runs. Your own copy is always watched.',
  ),
  environment: text('development').describe('What policies see as input.context.environment.'),
  cache: cache('decisions', '5m', 10_000),
  evaluation: section({
    timeout: duration('100ms').describe('How long a decision may take. A longer one is a denial.'),
    strict_builtin_errors: flag(true).describe(
      'Whether a call is denied when a function in a policy fails on it, or the rule just does not apply.',
    ),
  }).prefault({}),
  bundle: policyBundle.prefault({}),
});

/** What is kept out of the audit log and the log lines, beside what policies want kept out. */
const redaction = {
  enabled: flag(true).describe('Whether secrets are taken out of what is recorded and logged.'),
  except: texts([]).describe('Built-in patterns and names that are no secrets here.'),
  patterns: named(z.string({ error: 'a regular expression' }))
    .meta({ expected: 'a section of regular expressions (RE2) by name' })
    .describe('Further forms of secrets. The name stands in the place of what was taken out.'),
  keys: texts([]).describe('Further names of members whose values are secrets.'),
  paths: texts([]).describe(
    'Places in the arguments where secrets are: names with dots between them, * for any.',
  ),
} as const;

const redactionParts = z
  .record(z.string(), section(redaction), { error: 'a section with names as keys' })
  .default(() => ({}));

const redact = section({
  ...redaction,
  servers: redactionParts.describe('The same for the calls to some servers, by name.'),
  tools: redactionParts.describe('The same for some tools, by name, or SERVER/TOOL.'),
});

/** Where a copy of every record goes to, as OpenTelemetry logs. The log itself is the queue. */
const auditOtlp = section({
  ...otlpTarget,
  batch_size: wholeNumber(1, 10_000, 512).describe('How many records go in one request at most.'),
  interval: duration('1s').describe('How long a record may wait for others that go with it.'),
  from: oneOf(['now', 'start'], 'now').describe(
    'What is sent when this is switched on first: what is recorded from then on, or all that the log holds.',
  ),
  max_backlog: wholeNumber(0, 1000 * million, million, ' (0: as many as the log holds)').describe(
    'How many records may wait for a collector that is away. Beyond that the oldest are not sent.',
  ),
}).check(checkOtlpTarget);

const audit = section({
  enabled: flag(true).describe('Whether calls are recorded.'),
  db_path: optionalPath().describe('The database of the log. Else audit.db in the user-data folder.'),
  buffer_size: wholeNumber(0, million, 100).describe(
    'How many records would be gathered before they are written.',
  ),
  flush_interval: duration('1s').describe('How long records would be gathered before they are written.'),
  retention_days: wholeNumber(0, 36_500, 30, ' (0: for ever)').describe(
    'How many days records are kept. Older ones are deleted.',
  ),
  max_size: sizeOrNone('0').describe(
    'How much room all records may take. The oldest go first, however young they are. The search index comes on top.',
  ),
  synchronous: oneOf(['normal', 'full'], 'normal').describe(
    'Whether a record survives a crash of the program (normal) or the loss of power, too (full, which is slower).',
  ),
  redact: redact.prefault({}),
  on_failure: oneOf(['deny', 'allow'], 'deny').describe(
    'What becomes of calls while the log can’t be written: deny stops them, allow lets them pass without a record.',
  ),
  capture: section({
    request_arguments: flag(true).describe('Whether the arguments of calls are recorded.'),
    response_summary: flag(false).describe('Whether the beginning of each answer is recorded.'),
  }).prefault({}),
  otlp: auditOtlp.prefault({}),
});

const approvals = section({
  enabled: flag(true).describe('Whether a person is asked about doubtful calls.'),
  ask: oneOf(['none', 'denied', 'all'], 'none').describe(
    'Which calls are asked about in mode audit, beside those that the policy itself asks about in either mode.',
  ),
  timeout: duration('120s').describe('How long a call waits for an answer.'),
  on_timeout: oneOf(['deny', 'allow'], 'deny').describe(
    'What becomes of a call that nobody answered in time.',
  ),
  max_hold: duration('10m').describe(
    'How long the countdown of a call may stand still, all in all, while somebody reads it.',
  ),
  retry_window: duration('2m').describe(
    'How long after its client gave up a call can be answered, for an exact retry to have that answer.',
  ),
  wait_for_api: flag(false).describe(
    'Whether calls wait for an answer over the admin API where there is no window.',
  ),
});

/** How often, 0 for no limit. At most what is remembered exactly, call by call. */
const rate = section({
  per_session: wholeNumber(0, 100_000, 0, ' (0: no limit)').describe('How many calls a session may make.'),
  per_minute: wholeNumber(0, 100_000, 0, ' (0: no limit)').describe(
    'How many calls are let through in a minute.',
  ),
  per_hour: wholeNumber(0, 100_000, 0, ' (0: no limit)').describe(
    'How many calls are let through in an hour.',
  ),
});

const rates = z.record(z.string(), rate, { error: 'a section with names as keys' }).default(() => ({}));

/** Rates that calls are held to whatever the policy says, in either mode. */
const limits = section({
  agents: rates.describe(
    'Rates of agents, by id. Those of default hold for each agent that has none of its own.',
  ),
  tools: rates.describe('Rates of tools, by name, or SERVER/TOOL, for all callers together.'),
});

/** A client that presents the token with this hash. */
const client = section({
  token_hash: sha256().describe('The hash of the token that makes a client this one.'),
  id: text('').describe('What policies and log call the client. Else the name of its section.'),
  capabilities: texts([]).describe('What it may do, by the names that policies ask for.'),
  tags: texts([]).describe('Words about it for policies.'),
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
  level: oneOf(['debug', 'info', 'warn', 'error'], 'info').describe(
    'The least important log lines that are written.',
  ),
  format: oneOf(['json', 'text'], 'json').describe('Whether log lines are JSON, or words for people.'),
  // Standard error, because standard output belongs to the scripts that start the proxy.
  output: oneOf(['stderr', 'stdout', 'file'], 'stderr').describe('Where log lines go.'),
  file: section({
    path: optionalPath().describe('The log file. Else logs/mcp-proxy.log in the user-data folder.'),
    max_size: wholeNumber(1, million, 100).describe(
      'How large it may become, in megabytes, before a new one is begun.',
    ),
    max_backups: wholeNumber(0, million, 3).describe('How many older files are kept beside it.'),
    max_age: wholeNumber(0, million, 28).describe('How many days older files are kept.'),
  }).prefault({}),
});

const tls = section({
  enabled: flag(false).describe('Whether clients reach the proxy over https, and not over http.'),
  cert_file: optionalPath().describe('The certificate of the proxy, as PEM.'),
  key_file: optionalPath().describe('The private key of the certificate, as PEM.'),
  ca_file: optionalPath().describe('Who signs the certificates of clients, as PEM.'),
  min_version: oneOf(['1.2', '1.3'], '1.2').describe('The oldest version of TLS that is spoken.'),
  client_auth: oneOf(['none', 'request', 'require'], 'none').describe(
    'Whether clients are asked for a certificate, and refused without a good one.',
  ),
});

/** The whole file. Durations come out as milliseconds; unset and empty paths, URLs and commands as null. */
export const configSchema = section({
  version: z
    .union([z.string(), z.number()], { error: 'a version such as "1.0"' })
    .default('1.0')
    .meta({ expected: 'a version such as "1.0"' })
    .register(valueForms, { kind: 'text', optional: false })
    .describe('What the file was written for. With any other version than 1 a warning says so.'),
  server: server.prefault({}),
  upstream: upstream.prefault({}),
  /** Beside `upstream`, which is the server named "default"; each is served below /servers/NAME. */
  servers: named(namedServer, serverName, reservedServerNames).describe(
    'Further servers, by name. Each has an address of its own, /servers/NAME.',
  ),
  agent: agent.prefault({}),
  agentfacts: agentfacts.prefault({}),
  policy: policy.prefault({}),
  audit: audit.prefault({}),
  approvals: approvals.prefault({}),
  limits: limits.prefault({}),
  clients: named(client).check(oneEach).describe('Clients that present a token of their own, by name.'),
  /** The admin API below `/api/`, for whoever can read its token in the user-data folder. */
  api: section({
    enabled: flag(false).describe('Whether scripts and the command line can steer the running proxy.'),
  }).prefault({}),
  metrics: section({
    enabled: flag(false).describe('Whether Prometheus can read the metrics of the proxy.'),
    address: text('127.0.0.1').describe('Where the metrics are served.'),
    port: port(9090).describe('On which port, which may be that of the proxy.'),
    path: text('/metrics').describe('Under which path.'),
    token_hash: optionalSha256().describe(
      'The hash of the token that scrapers present. Without one whoever reaches the port may read.',
    ),
  }).prefault({}),
  health: section({
    enabled: flag(false).describe('Whether supervisors can ask how the proxy is.'),
    address: text('127.0.0.1').describe('Where they ask.'),
    port: port(8080).describe('On which port, which may be that of the proxy.'),
    liveness_path: text('/health').describe('The path that says whether the proxy is alive.'),
    readiness_path: text('/ready').describe('The path that says whether calls can get through.'),
    low_disk: sizeOrNone('256MB').describe(
      'Where less than this is free on the disk of the audit log, window, tray and probes say so.',
    ),
  }).prefault({}),
  /** Spans of calls, to a collector. */
  tracing: tracing.prefault({}),
  logging: logging.prefault({}),
  tls: tls.prefault({}),
});

export type Config = z.output<typeof configSchema>;
