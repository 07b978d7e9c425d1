// The import rules, as data: what each layer may reach, and what only some may. test/unit/import-rules.test.ts
// breaks every one of them.

const gateway = (name) => `^electron/gateway/${name}`;
const shared = '^electron/shared/';
const npm = 'node_modules/';
/** What all of the gateway may know: the ports, the errors, a call, and messages as bytes. */
const contracts = [shared, gateway('(ports|errors|call)\\.ts$'), gateway('wire/')];
const verdictPath = gateway('verdict-path\\.ts$');
/** Folders whose code runs as a service that somebody has to make, hand its needs, and close. */
const services = gateway(
  '(aggregate|approval|audit|clients|composition|config|limits|policy|redaction|replay|session|tracing|transport|upstream)/',
);

/** What hosts ask of the configuration without starting anything. */
const inspection = gateway('composition/(inspect-config|config-overview|change-setting)\\.ts$');

/** One side of a Streamable HTTP session, and lines; nothing of it sends what has to be allowed first. */
const streamableParts = gateway(
  'upstream/(event-stream|exchanges|http-client|http-failure|limits|line-reader|post-response|streamable-session|turns)\\.ts$',
);

/** What matches `from` may import what matches `allowed` and, unless told otherwise, Node's own modules. */
function layer(name, comment, from, allowed, { node = true } = {}) {
  const to = { pathNot: allowed, ...(node ? { dependencyTypesNot: ['core'] } : {}) };
  return { name, comment, severity: 'error', from: { path: from }, to };
}

/** What matches `from` may not import what matches `to`. */
function barrier(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

/** What goes to collectors over OTLP. How one is reached is the same for all of it. */
const sendsOut = new Set(['audit', 'observability']);

const standsAlone = (folder) =>
  layer(
    `gateway-${folder}-stands-alone`,
    'A service of the gateway knows the contracts, never another service.',
    gateway(`${folder}/`),
    [...contracts, npm, gateway(`${folder}/`), ...(sendsOut.has(folder) ? [gateway('otlp/')] : [])],
  );

module.exports = {
  forbidden: [
    barrier('no-cycles', 'What knows each other is one thing.', {}, { circular: true }),

    layer('shared-is-neutral', 'Shared code runs in every runtime.', shared, [shared, 'node_modules/zod/'], {
      node: false,
    }),

    // The path of a call, top to bottom.
    layer('contracts-know-no-service', 'Ports, errors and calls are types.', contracts[1], contracts),
    layer('wire-is-pure', 'Framing and parsing know no service.', gateway('wire/'), [...contracts, npm]),
    layer(
      'transport-ends-at-the-session',
      'Transports frame messages for sessions; what is behind those is none of their business.',
      gateway('transport/'),
      [...contracts, npm, gateway('(transport|session|router)/')],
    ),
    barrier(
      'transport-is-handed-its-sessions',
      'Transports know sessions as types.',
      { path: gateway('transport/') },
      { path: gateway('session/'), dependencyTypesNot: ['type-only'] },
    ),
    layer(
      'session-starts-the-path',
      'A session sends calls down the path; it knows no service on it.',
      gateway('session/'),
      [...contracts, npm, gateway('(session|router)/'), verdictPath],
    ),
    layer(
      'aggregate-is-made-of-sessions',
      'What is for all servers is for each of them a session like any other: it goes no way round those.',
      gateway('aggregate/'),
      [...contracts, gateway('(aggregate|session|router)/')],
    ),
    layer(
      'verdict-path-is-handed-its-services',
      'The heart of the program knows its collaborators as types.',
      verdictPath,
      contracts,
      { node: false },
    ),
    ...[
      'approval',
      'audit',
      'clients',
      'config',
      'limits',
      'observability',
      'otlp',
      'policy',
      'redaction',
      'router',
      'upstream',
    ].map(standsAlone),

    layer(
      'replay-holds-policy-against-the-log',
      'What is not in force yet is tried on what was recorded: both are needed there, and nothing of the path.',
      gateway('replay/'),
      [...contracts, npm, gateway('(replay|audit|policy)/')],
    ),

    layer(
      'tracing-wraps-what-it-is-handed',
      'Services and the path with spans are to the others what they were without; where spans go is said by the target.',
      gateway('tracing/'),
      [...contracts, npm, gateway('(tracing|otlp)/'), verdictPath],
    ),

    // What is around it.
    barrier(
      'services-are-made-in-one-place',
      'gateway.ts and the parts of it in composition/ make and wire the services; elsewhere they are types.',
      {
        path: '^electron/',
        pathNot: [gateway('gateway\\.ts$'), services, '^electron/bridge/'],
      },
      { path: services, pathNot: inspection, dependencyTypesNot: ['type-only'] },
    ),
    barrier(
      'gateway-knows-no-host',
      'The gateway is told by its host what it needs.',
      { path: gateway('') },
      { path: '^(electron/(main|preload)/|electron/headless\\.ts$|renderer/)' },
    ),
    layer(
      'hosts-use-the-gateway-by-its-front',
      'Hosts start the gateway worker; they do not reach into it.',
      '^electron/(main/|headless\\.ts$)',
      [shared, npm, '^electron/main/', gateway('(gateway-options|ports|host)\\.ts$'), inspection],
    ),
    layer(
      'bridge-is-a-client',
      'The bridge is another program, on the far side of the door: it shares framing, and no service.',
      '^electron/bridge/',
      [
        ...contracts,
        npm,
        '^electron/bridge/',
        streamableParts,
        '^electron/main/program/',
        '^package\\.json$',
      ],
    ),
    layer(
      'cli-is-a-client',
      'The command line asks the running app over its admin API, and has no way around that.',
      '^electron/cli/',
      [shared, npm, '^electron/(cli|main/program)/', '^package\\.json$'],
    ),
    barrier(
      'electron-in-main-alone',
      'Only main and preload may import electron.',
      { path: '^(electron|renderer)/', pathNot: '^electron/(main|preload)/' },
      { path: '^node_modules/electron/' },
    ),
    barrier(
      'no-electron-without-a-window',
      'The gateway, its demo, the bridge, the command line and the headless program run where there is no electron, whatever they import.',
      { path: '^electron/(bridge/|cli/|gateway/|demo/|headless\\.ts$)' },
      { path: '^node_modules/electron/', reachable: true },
    ),
    layer(
      'preload-is-the-contract',
      'The preload knows electron and the contract: it runs in a sandbox.',
      '^electron/preload/',
      [shared, 'node_modules/electron/', '^electron/preload/'],
      { node: false },
    ),

    // The window. Of .svelte files only imports of values are seen: their types are erased before this looks.
    barrier(
      'renderer-takes-types-alone',
      'The window shares words with the program, no code; but what a server may be called is said once.',
      { path: '^renderer/' },
      { path: '^electron/', pathNot: '^electron/shared/server-paths', dependencyTypesNot: ['type-only'] },
    ),
    barrier(
      'renderer-knows-shared-alone',
      'Types come from shared.',
      { path: '^renderer/' },
      { path: '^electron/', pathNot: shared },
    ),
    barrier(
      'renderer-runs-in-a-browser',
      'There is no Node in the window.',
      { path: '^renderer/' },
      { dependencyTypes: ['core'] },
    ),
    ...[
      ['views', 'api'],
      ['components', 'views|api'],
      ['state', 'views|components'],
      ['api', 'views|components|state'],
    ].map(([from, to]) =>
      barrier(
        `renderer-${from}-look-down`,
        'views -> components and state -> api.',
        { path: `^renderer/${from}/` },
        { path: `^renderer/(${to})/` },
      ),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
