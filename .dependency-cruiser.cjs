// The import rules, as data. Each layer names what it may reach; everything else is an error, cycles too.

/** A layer may import only what `allowed` matches (paths from the root of the repository). */
function layer(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { pathNot: allowed },
  };
}

const npm = 'node_modules/';
const shared = '^electron/shared/';
const ports = '^electron/gateway/(ports|errors|call)\\.ts$';
const wire = '^electron/gateway/wire/';
const node = '^(node:|[a-z_]+$|(fs|timers|stream|util|path|dns|readline)/[a-z]+$)';
const service = (folder) =>
  layer(
    `gateway-${folder}-stands-alone`,
    `^electron/gateway/${folder}/`,
    [shared, ports, wire, npm, node, `^electron/gateway/${folder}/`],
    'A service of the gateway knows the ports and errors, never another service.',
  );
const router = '^electron/gateway/router/';
const verdictPath = '^electron/gateway/verdict-path\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'electron-in-main-alone',
      severity: 'error',
      comment: 'Only main and preload may import electron: the gateway runs in a process without windows.',
      from: { pathNot: '^electron/(main|preload)/|^test/|^build/' },
      to: { path: '^(node_modules/)?electron(/|$)', pathNot: '^electron/.*\\.ts$' },
    },
    layer('shared-is-neutral', shared, [shared, 'node_modules/zod/'], 'Shared code runs in every runtime.'),
    layer('wire-is-pure', wire, [shared, wire, ports, npm, node], 'Framing and parsing know no service.'),
    ...['policy', 'approval', 'audit', 'upstream', 'router', 'config', 'observability'].map(service),
    layer(
      'gateway-session-starts-the-path',
      '^electron/gateway/session/',
      [shared, ports, wire, npm, node, router, verdictPath, '^electron/gateway/session/'],
      'A session sends calls down the path; it knows no service on it.',
    ),
    layer(
      'verdict-path-gets-its-services-handed-in',
      verdictPath,
      [shared, ports, wire],
      'The heart of the program knows its collaborators as types.',
    ),
    layer(
      'transport-reaches-down-by-type',
      '^electron/gateway/transport/',
      [shared, ports, wire, npm, node, '^electron/gateway/transport/', router, '^electron/gateway/session/'],
      'Transports know sessions and the verdict path, no service behind it.',
    ),
    layer(
      'hosts-use-the-gateway-by-its-front',
      '^electron/(main/|headless\\.ts$)',
      [shared, npm, node, '^electron/main/', '^electron/gateway/(gateway|ports|host)\\.ts$'],
      'Hosts start the gateway worker; they do not reach into it.',
    ),
    layer(
      'preload-is-the-contract',
      '^electron/preload/',
      [shared, npm, node, '^electron/preload/'],
      'The preload knows the contract alone.',
    ),
    {
      name: 'renderer-takes-types-alone',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'renderer-only-shared',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/(?!shared/)' },
    },
    {
      name: 'renderer-ipc-in-api-alone',
      severity: 'error',
      comment: 'views -> components and state -> api.',
      from: { path: '^renderer/components/' },
      to: { path: '^renderer/(views|api)/' },
    },
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
