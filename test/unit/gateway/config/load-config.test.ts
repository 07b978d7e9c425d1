import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { variables } from '../../../../electron/gateway/config/environment.ts';
import { loadConfig, type LoadedConfig } from '../../../../electron/gateway/config/load-config.ts';
import { ConfigError } from '../../../../electron/gateway/errors.ts';
import { notYetProtective, withoutEffect } from '../../../../electron/shared/config-gaps.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

interface Written {
  readonly folder: string;
  load(env?: Record<string, string>): LoadedConfig;
  /** The error's message, with the folder left out. */
  error(env?: Record<string, string>): string;
  warnings(env?: Record<string, string>): string[];
}

function written(text: string): Written {
  const place = folder();
  const file = join(place, 'proxy.yaml');
  writeFileSync(file, text);
  const load = (env: Record<string, string> = {}) => loadConfig({ file, env });
  const short = (message: string) => message.replaceAll(`${place}/`, '');
  return {
    folder: place,
    load,
    error: (env) => short(messageOf(() => load(env))),
    warnings: (env) => load(env).warnings.map(short),
  };
}

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('Nothing was thrown');
}

/** As the README of the Go server shows it. */
const readmeExample = `version: "1.0"

server:
  listen:
    address: "0.0.0.0"
    port: 3000
  transport: "sse"

upstream:
  url: "http://your-mcp-server:8080"
  transport: "sse"

policy:
  enabled: true
  mode: "enforce"      # "audit" to log only, "enforce" to block
  policy_dir: "policies"

audit:
  enabled: true
  db_path: "audit.db"
`;

describe('loadConfig', () => {
  it('needs no file', () => {
    const { config, warnings, isConfigured } = loadConfig({ file: null, env: {} });
    expect(config.server.listen).toEqual({ address: '127.0.0.1', port: 3000 });
    expect(config.policy.policy_dir).toBeNull();
    expect(config.audit.db_path).toBeNull();
    expect(warnings).toEqual([]);
    expect(isConfigured('server.listen.port')).toBe(false);
  });

  it("loads the example of the seed's README without a warning", () => {
    const example = written(readmeExample);
    const { config, warnings, isConfigured } = example.load();
    expect(warnings).toEqual([]);
    expect(config.server.listen).toEqual({ address: '0.0.0.0', port: 3000 });
    expect(config.upstream).toMatchObject({ url: 'http://your-mcp-server:8080', transport: 'sse' });
    expect(config.policy).toMatchObject({
      enabled: true,
      mode: 'enforce',
      policy_dir: join(example.folder, 'policies'),
    });
    expect(config.audit).toMatchObject({ enabled: true, db_path: join(example.folder, 'audit.db') });
    expect(isConfigured('server.listen.port')).toBe(true);
    expect(isConfigured('policy.data_file')).toBe(false);
  });

  it.each(['', '# nothing but a comment\n', 'server:\nupstream:\n  url:\n', '---\n{}\n'])(
    'takes what is left empty for left out: %j',
    (text) => {
      const { config, warnings } = written(text).load();
      expect(config).toEqual(loadConfig({ file: null, env: {} }).config);
      expect(warnings).toEqual([]);
    },
  );

  it("resolves relative paths from the file's folder, and leaves absolute ones", () => {
    const file = written(`
policy: {policy_dir: ./rules, json_policy_dir: json, data_file: ../data.json}
audit: {db_path: /var/lib/proxy/audit.db}
upstream: {command: npx, cwd: work}
servers: {other: {command: npx, cwd: there}}
logging: {file: {path: logs/proxy.log}}
tls: {cert_file: a.pem, key_file: b.pem, ca_file: c.pem}
`);
    const { config } = file.load();
    const from = (path: string) => resolve(file.folder, path);
    expect(config.policy.policy_dir).toBe(from('rules'));
    expect(config.policy.json_policy_dir).toBe(from('json'));
    expect(config.policy.data_file).toBe(from('../data.json'));
    expect(config.audit.db_path).toBe('/var/lib/proxy/audit.db');
    expect(config.upstream.cwd).toBe(from('work'));
    expect(config.servers.other?.cwd).toBe(from('there'));
    expect(config.logging.file.path).toBe(from('logs/proxy.log'));
    expect([config.tls.cert_file, config.tls.key_file, config.tls.ca_file]).toEqual(
      ['a', 'b', 'c'].map((name) => from(`${name}.pem`)),
    );
  });
});

describe('the environment', () => {
  /** A value for each variable that is none of the defaults, and what becomes of it. */
  const values: Record<string, readonly [text: string, meant: unknown]> = {
    MCP_SERVER_PORT: ['0', 0],
    MCP_SERVER_ADDRESS: ['::1', '::1'],
    MCP_SERVER_TRANSPORT: ['http', 'http'],
    MCP_UPSTREAM_URL: ['http://localhost:9999/mcp', 'http://localhost:9999/mcp'],
    MCP_AGENT_ID: ['somebody', 'somebody'],
    MCP_AGENT_NAME: ['Somebody', 'Somebody'],
    MCP_AGENT_CAPABILITIES: ['read:files, write:*,', ['read:files', 'write:*']],
    MCP_AGENTFACTS_MODE: ['disabled', 'disabled'],
    MCP_AGENTFACTS_ALLOWED_DIDS: ['did:key:a,did:key:b', ['did:key:a', 'did:key:b']],
    MCP_POLICY_MODE: ['audit', 'audit'],
    MCP_POLICY_ENABLED: ['false', false],
    MCP_POLICY_RULES_DIR: ['rules', resolve('rules')],
    MCP_POLICY_DATA_FILE: ['/data.json', '/data.json'],
    MCP_POLICY_BUNDLE_URL: ['https://bundles.example/b.tar.gz', 'https://bundles.example/b.tar.gz'],
    MCP_POLICY_BUNDLE_TOKEN: ['s3cret', 's3cret'],
    MCP_AUDIT_ENABLED: ['no', false],
    MCP_AUDIT_DB_PATH: ['log/audit.db', resolve('log/audit.db')],
    MCP_AUDIT_OTLP_ENDPOINT: ['https://collector.example:4318', 'https://collector.example:4318'],
    MCP_AUDIT_OTLP_TOKEN: ['s3cret', 's3cret'],
    MCP_METRICS_ENABLED: ['1', true],
    MCP_METRICS_PORT: ['9191', 9191],
    MCP_HEALTH_ENABLED: ['yes', true],
    MCP_HEALTH_PORT: ['8181', 8181],
    MCP_TRACING_ENDPOINT: ['https://collector.example:4318', 'https://collector.example:4318'],
    MCP_TRACING_TOKEN: ['s3cret', 's3cret'],
    MCP_LOGGING_LEVEL: ['debug', 'debug'],
    MCP_LOGGING_FORMAT: ['text', 'text'],
    MCP_TLS_ENABLED: ['true', true],
    MCP_TLS_CERT_FILE: ['/cert.pem', '/cert.pem'],
    MCP_TLS_KEY_FILE: ['/key.pem', '/key.pem'],
  };
  const valueAt = (config: unknown, key: string) =>
    key.split('.').reduce<unknown>((below, part) => (below as Record<string, unknown>)[part], config);

  it('has a value here for every variable', () => {
    expect(Object.keys(values)).toEqual(variables.map(({ name }) => name));
  });

  it.each(variables)('$name sets $key, over the file', ({ name, key }) => {
    const [text, meant] = values[name] ?? [];
    const file = written(readmeExample);
    const { config, isConfigured } = file.load({ [name]: text ?? '' });
    expect(valueAt(config, key)).toEqual(meant);
    expect(isConfigured(key)).toBe(true);
    const without = loadConfig({ file: null, env: { [name]: text } });
    expect(valueAt(without.config, key)).toEqual(meant);
  });

  it('says nothing where it is empty', () => {
    const { config, isConfigured } = loadConfig({
      file: null,
      env: { MCP_SERVER_PORT: ' ', MCP_POLICY_MODE: '' },
    });
    expect(config.server.listen.port).toBe(3000);
    expect(isConfigured('server.listen.port')).toBe(false);
  });

  it.each([
    ['MCP_SERVER_PORT', 'abc'],
    ['MCP_SERVER_PORT', '70000'],
    ['MCP_SERVER_PORT', '-1'],
    ['MCP_SERVER_TRANSPORT', 'websocket'],
    ['MCP_UPSTREAM_URL', 'localhost:8080?token=hunter2'],
    ['MCP_POLICY_MODE', 'off'],
    ['MCP_POLICY_ENABLED', 'perhaps'],
    ['MCP_AGENTFACTS_MODE', 'required'],
    ['MCP_METRICS_PORT', '9090.5'],
    ['MCP_LOGGING_LEVEL', 'loud'],
    ['MCP_LOGGING_FORMAT', 'xml'],
    ['MCP_TLS_ENABLED', 'perhaps'],
  ])('%s=%s is an error that names the variable', (name, text) => {
    expect(messageOf(() => loadConfig({ file: null, env: { [name]: text } }))).toMatchSnapshot();
  });

  it('names the variable where it contradicts the file', () => {
    expect(written('upstream:\n  command: npx\n').error({ MCP_UPSTREAM_URL: 'http://localhost:1' })).toBe(
      'proxy.yaml:1: upstream: expected either url or command, found both (MCP_UPSTREAM_URL sets upstream.url)',
    );
  });

  it("leaves a section that is none to the file's own error", () => {
    expect(written('server: yes\n').error({ MCP_SERVER_PORT: '1' })).toBe(
      'proxy.yaml:1: server: expected a section with keys, found "yes"',
    );
  });
});

describe('errors', () => {
  it.each([
    ['a wrong value', 'server:\n  listen:\n    address: localhost\n    port: abc\n'],
    ['a wrong duration', 'server:\n  idle_timeout: 30\n'],
    ['a wrong choice', 'policy:\n  mode: blocking\n'],
    ['a value for a section', 'policy: enforce\n'],
    ['a section for a value', 'policy:\n  mode:\n    default: audit\n'],
    ['a list for a section', 'audit:\n  - enabled\n'],
    ['a text for a list', 'agent:\n  capabilities: read:*\n'],
    ['a wrong member of a list', 'agent:\n  capabilities:\n    - read:*\n    - 5\n'],
    ['a wrong server', 'servers:\n  github:\n    command: npx\n    transport: sse\n'],
    ['a wrong name of a server', 'servers:\n  "my server":\n    command: npx\n'],
    ['a reserved name of a server', 'servers:\n  all:\n    command: npx\n'],
    ['headers beside a command', 'upstream:\n  command: x\n  headers:\n    X-Key: a\n'],
    ['a header of our own', 'upstream:\n  url: http://x\n  headers:\n    Host: a\n'],
    ['a header that is a number', 'upstream:\n  url: http://x\n  headers:\n    X-Key: 5\n'],
    ['url and command', 'version: "1.0"\nupstream:\n  url: http://localhost:1\n  command: npx\n'],
    ['a long value', `agent:\n  capabilities: ${'x'.repeat(200)}\n`],
    ['several at once', 'server:\n  listen: {port: 99999}\npolicy:\n  enabled: perhaps\n'],
    ['flow style', '{server: {listen: {port: abc}}}\n'],
    ['a broken indent', 'server:\n  listen:\n port: 3000\n'],
    ['a tab', 'server:\n\tlisten: 1\n'],
    ['a key that stands twice', 'policy:\n  mode: audit\n  mode: enforce\n'],
    ['an unclosed quote', 'policy:\n  mode: "audit\n'],
    ['an unclosed bracket', 'agent:\n  tags: [a, b\npolicy:\n  mode: audit\n'],
    ['an alias without an anchor', 'agent:\n  id: *somebody\n'],
    ['two documents', 'version: "1.0"\n---\nversion: "1.0"\n'],
    ['a list', '- server\n'],
    ['a text', 'server\n'],
  ])('%s', (_, text) => {
    expect(written(text).error()).toMatchSnapshot();
  });

  it.each(notYetProtective)('$key asks for what is not there yet', ({ key }) => {
    const wrong: Record<string, unknown> = {
      'server.transport': 'stdio',
      'agentfacts.mode': 'required',
    };
    const [section = '', name = ''] = key.split('.');
    expect(written(`${section}:\n  ${name}: ${JSON.stringify(wrong[key])}\n`).error()).toMatchSnapshot();
  });

  it('says that a file is not there', () => {
    const file = join(folder(), 'missing.yaml');
    expect(messageOf(() => loadConfig({ file, env: {} }))).toBe(`${file}: there is no such file`);
  });

  it('says that a file is a folder', () => {
    const file = join(folder(), 'proxy.yaml');
    mkdirSync(file);
    expect(messageOf(() => loadConfig({ file, env: {} }))).toBe(
      `${file}: this is a folder, expected a YAML file`,
    );
  });

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', () => {
    const file = join(folder(), 'proxy.yaml');
    writeFileSync(file, '');
    chmodSync(file, 0);
    expect(messageOf(() => loadConfig({ file, env: {} }))).toMatch(/may not be read: check its permissions/);
  });

  it.each([
    'upstream:\n  command: npx\n  env:\n    TOKEN: [hunter2]\n',
    'upstream:\n  command: npx\n  env: hunter2\n',
    'upstream:\n  command: npx\n  args: hunter2\n',
    'upstream:\n  url: ftp://user:hunter2@host\n',
    'servers:\n  s:\n    env: {TOKEN: {hunter2: hunter2}}\n',
    'upstream:\n  env:\n    TOKEN: "hunter2\n  x: 1\n',
    'upstream:\n  env:\n    TOKEN: *hunter2\n',
    'upstream:\n  env:\n    TOKEN: !hunter2 x\n  env: 5\n',
    'upstream:\n  env: {TOKEN: a} hunter2\n',
    'upstream:\n  env:\n    TOKEN: @hunter2\n',
    'clients:\n  c:\n    token_hash: [hunter2]\n',
    'upstream:\n  headers: hunter2\n',
    'upstream:\n  headers: ["Authorization: hunter2"]\n',
    'upstream:\n  headers: {"Authorization: hunter2": x}\n',
    'upstream:\n  headers: {"Authorization: hunter2": [hunter2]}\n',
    'upstream:\n  headers: {Authorization: [hunter2]}\n',
    'upstream:\n  headers: {Authorization: {hunter2: hunter2}}\n',
    'upstream:\n  headers: {Authorization: "hunter2\\nX: y"}\n',
    'upstream:\n  headers: {Authorization: "hunter2", authorization: hunter2}\n',
    'upstream:\n  headers: {Host: hunter2}\n',
    'upstream:\n  command: x\n  headers: {Authorization: hunter2}\n',
    'servers:\n  s:\n    headers: {Authorization: "hunter2 \u2713"}\n',
  ])('tell no secrets: %j', (text) => {
    expect(written(text).error()).not.toMatch(/hunter2/);
  });

  it('stop at aliases that multiply into more than anybody wrote', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `k${n + 1}: &k${n + 1} [${`*k${n}, `.repeat(9)}*k${n}]`,
    );
    expect(written(['k0: &k0 [x]', ...levels].join('\n')).error()).toMatch(/not valid YAML: an alias/);
  });
});

describe('warnings', () => {
  it.each([
    [
      'server:\n  listen:\n    prot: 1\n',
      'proxy.yaml:3: server.listen.prot: there is no such key, it is ignored; did you mean server.listen.port?',
    ],
    [
      'server:\n  port: 3000\n',
      'proxy.yaml:2: server.port: there is no such key, it is ignored; did you mean server.listen.port?',
    ],
    [
      'server.port: 3000\n',
      'proxy.yaml:1: server.port: there is no such key, it is ignored; did you mean server.listen.port?',
    ],
    [
      'server:\n  maxConnections: 5\n',
      'proxy.yaml:2: server.maxConnections: there is no such key, it is ignored; did you mean server.max_connections?',
    ],
    [
      'polices:\n  mode: audit\n',
      'proxy.yaml:1: polices: there is no such key, it is ignored; did you mean policy?',
    ],
    [
      'retention_days: 5\n',
      'proxy.yaml:1: retention_days: there is no such key, it is ignored; did you mean audit.retention_days?',
    ],
    [
      'servers:\n  a:\n    url: http://x\n    comand: npx\n',
      'proxy.yaml:4: servers.a.comand: there is no such key, it is ignored; did you mean servers.a.command?',
    ],
    ['plugins:\n  - one\n', 'proxy.yaml:1: plugins: there is no such key, it is ignored'],
  ])('say which key may be meant: %j', (text, warning) => {
    expect(written(text).warnings()).toEqual([warning]);
  });

  it('never say what stands under an unknown key', () => {
    expect(written('upstream:\n  password: hunter2\n').warnings().join()).not.toMatch(/hunter2/);
  });

  it.each(withoutEffect.flatMap(({ keys, why }) => keys.map((key) => ({ key, why }))))(
    '$key has no effect, and why',
    ({ key, why }) => {
      const other: Record<string, string> = {
        'agentfacts.max_age': '1h',
        'agentfacts.clock_skew': '1m',
        'agentfacts.allowed_dids': '["did:key:a"]',
        'agentfacts.verify_log_proof': 'true',
        'agentfacts.cache.enabled': 'true',
        'agentfacts.cache.ttl': '1m',
        'agentfacts.cache.max_entries': '5',
        'policy.cache.enabled': 'true',
        'policy.cache.ttl': '1m',
        'policy.cache.max_entries': '5',
        'audit.buffer_size': '5',
        'audit.flush_interval': '5s',
        'audit.otlp.endpoint': 'https://collector.example',
      };
      const text = key
        .split('.')
        .map((part, depth) => `${'  '.repeat(depth)}${part}:`)
        .join('\n');
      const line = key.split('.').length;
      expect(written(`${text} ${other[key] ?? ''}\n`).warnings()).toEqual([
        `proxy.yaml:${line}: ${key}: this has no effect: ${why}`,
      ]);
    },
  );

  it('say that a file was written for another version', () => {
    for (const version of ['"1.0"', '1', '1.7', '"1"'])
      expect(written(`version: ${version}\n`).warnings()).toEqual([]);
    for (const version of ['"2.0"', '10', '0.9']) {
      expect(written(`version: ${version}\n`).warnings()).toEqual([
        'proxy.yaml:1: version: this program knows version 1 and reads the file as if it were that',
      ]);
    }
  });

  it('name the variable that has no effect', () => {
    expect(loadConfig({ file: null, env: { MCP_AGENTFACTS_ALLOWED_DIDS: 'did:key:a' } }).warnings).toEqual([
      'MCP_AGENTFACTS_ALLOWED_DIDS (agentfacts.allowed_dids): this has no effect: AgentFacts are not verified in this version; every agent counts as one that shows none',
    ]);
  });

  it('name modes of servers that are not there', () => {
    const modes = '{clients: {cursor: audit}, servers: {default: audit, bank: enforce, bnak: enforce}}';
    expect(written(`policy: {modes: ${modes}}\nservers: {bank: {command: x}}\n`).warnings()).toEqual([
      'proxy.yaml:1: policy.modes.servers.bnak: there is no server of this name',
    ]);
  });

  it('name servers that can not be reached', () => {
    expect(written('servers: {a: {command: x}, b: {}, c: {enabled: false}}\n').warnings()).toEqual([
      'proxy.yaml:1: servers.b: it is not served, having neither url nor command',
    ]);
  });

  it('say nothing of servers that are served, or switched off', () => {
    const servers = 'servers: {a: {command: x}, b: {command: y, enabled: false}, c: {command: z}}\n';
    expect(written(`upstream: {url: "http://localhost:1"}\n${servers}`).warnings()).toEqual([]);
    expect(written(servers).warnings()).toEqual([]);
  });
});
