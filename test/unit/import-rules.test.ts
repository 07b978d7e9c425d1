// The import rules, shown to fail: a small tree in the shape of this one, with a file that breaks each rule.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const configFile = join(root, '.dependency-cruiser.cjs');
const config = createRequire(import.meta.url)(configFile) as { forbidden: { name: string }[] };

/** A file and the modules that it imports; `type …` imports a type alone. */
type Tree = Readonly<Record<string, readonly string[]>>;

/** Keeps to all rules, and uses most of what they allow. */
const goodTree: Tree = {
  'electron/shared/domain.ts': ['zod'],
  'electron/gateway/errors.ts': [],
  'electron/gateway/call.ts': ['type ../shared/domain.ts', 'type ./wire/json-rpc.ts'],
  'electron/gateway/ports.ts': ['type ./call.ts'],
  'electron/gateway/wire/json-rpc.ts': ['../errors.ts', 'node:buffer'],
  'electron/gateway/router/classify.ts': ['../wire/json-rpc.ts'],
  'electron/gateway/verdict-path.ts': ['./errors.ts', 'type ./ports.ts', 'type ../shared/domain.ts'],
  'electron/gateway/session/session.ts': ['../router/classify.ts', '../verdict-path.ts', 'type ../ports.ts'],
  'electron/gateway/aggregate/all-session.ts': ['type ../session/session.ts', '../router/classify.ts'],
  'electron/gateway/transport/http-server.ts': [
    'node:http',
    'type ../session/session.ts',
    '../wire/json-rpc.ts',
  ],
  'electron/gateway/policy/engine.ts': ['zod', 'node:fs/promises', '../../shared/domain.ts'],
  'electron/gateway/otlp/target.ts': ['node:fs', 'zod', '../errors.ts'],
  'electron/gateway/audit/log.ts': ['node:worker_threads', 'type ../ports.ts', '../otlp/target.ts'],
  'electron/gateway/replay/replays.ts': ['../policy/engine.ts', '../audit/log.ts', 'node:worker_threads'],
  'electron/gateway/observability/logger.ts': ['type ../ports.ts'],
  'electron/gateway/tracing/spans.ts': ['zod', 'type ../verdict-path.ts', '../otlp/target.ts'],
  'electron/gateway/runtime/choose-port.ts': ['type ../transport/http-server.ts'],
  'electron/gateway/gateway.ts': [
    './policy/engine.ts',
    './audit/log.ts',
    './session/session.ts',
    './transport/http-server.ts',
    './runtime/choose-port.ts',
    './verdict-path.ts',
    '../demo/tour.ts',
  ],
  'electron/gateway/worker.ts': ['./gateway.ts', './observability/logger.ts'],
  'electron/gateway/host.ts': ['node:worker_threads', 'type ./gateway.ts'],
  'electron/demo/tour.ts': ['zod'],
  'electron/demo/egg.ts': ['type ./chicken.ts'],
  'electron/demo/chicken.ts': [],
  'electron/gateway/upstream/turns.ts': [],
  'electron/gateway/upstream/connection.ts': [],
  'electron/bridge/bridge.ts': [
    'node:path',
    'zod',
    '../gateway/upstream/turns.ts',
    '../gateway/wire/json-rpc.ts',
    '../main/program/folders.ts',
  ],
  'electron/cli/cli.ts': ['node:util', 'zod', '../shared/domain.ts', '../main/program/folders.ts'],
  'electron/main/program/folders.ts': ['node:path'],
  'electron/main/window.ts': ['electron'],
  'electron/main/main.ts': ['electron', './window.ts', '../gateway/host.ts', 'type ../gateway/ports.ts'],
  'electron/headless.ts': ['./gateway/host.ts', './main/program/folders.ts'],
  'electron/preload/preload.ts': ['electron', '../shared/domain.ts'],
  'renderer/api/window-api.ts': ['type ../../electron/shared/domain.ts'],
  'renderer/state/calls.svelte.ts': ['../api/window-api.ts'],
  'renderer/components/Row.svelte': ['zod'],
  'renderer/views/Calls.svelte': ['../components/Row.svelte', '../state/calls.svelte.ts'],
};

/** Each breaks the rule that it stands under, and no other one. Some stand in place of a good file. */
const badFiles: Readonly<Record<string, Tree>> = {
  'no-cycles': { 'electron/demo/chicken.ts': ['./egg.ts'] },
  'shared-is-neutral': {
    'electron/shared/reads-files.ts': ['node:fs'],
    'electron/shared/knows-ports.ts': ['type ../gateway/ports.ts'],
    'electron/shared/knows-a-package.ts': ['left-pad'],
  },
  'contracts-know-no-service': { 'electron/gateway/errors.ts': ['type ./policy/engine.ts'] },
  'wire-is-pure': { 'electron/gateway/wire/asks-policy.ts': ['type ../policy/engine.ts'] },
  'transport-ends-at-the-session': {
    'electron/gateway/transport/asks-policy.ts': ['type ../policy/engine.ts'],
    'electron/gateway/transport/knows-a-way-down.ts': ['../verdict-path.ts'],
  },
  'transport-is-handed-its-sessions': {
    'electron/gateway/transport/makes-sessions.ts': ['../session/session.ts'],
  },
  'session-starts-the-path': {
    'electron/gateway/session/asks-policy.ts': ['type ../policy/engine.ts'],
    'electron/gateway/session/knows-transport.ts': ['type ../transport/http-server.ts'],
  },
  'aggregate-is-made-of-sessions': {
    'electron/gateway/aggregate/goes-down.ts': ['../verdict-path.ts'],
    'electron/gateway/aggregate/connects.ts': ['type ../upstream/connection.ts'],
  },
  'verdict-path-is-handed-its-services': {
    'electron/gateway/verdict-path.ts': ['type ./policy/engine.ts', 'node:fs'],
  },
  'gateway-approval-stands-alone': { 'electron/gateway/approval/desk.ts': ['type ../policy/engine.ts'] },
  'gateway-audit-stands-alone': {
    'electron/gateway/audit/asks-policy.ts': ['../policy/engine.ts'],
    'electron/gateway/audit/goes-down.ts': ['type ../verdict-path.ts'],
  },
  'gateway-clients-stands-alone': { 'electron/gateway/clients/asks.ts': ['type ../session/session.ts'] },
  'gateway-config-stands-alone': { 'electron/gateway/config/load.ts': ['../observability/logger.ts'] },
  'gateway-limits-stands-alone': { 'electron/gateway/limits/rates.ts': ['type ../audit/log.ts'] },
  'gateway-observability-stands-alone': {
    'electron/gateway/observability/counts.ts': ['type ../audit/log.ts'],
  },
  'gateway-otlp-stands-alone': { 'electron/gateway/otlp/reads.ts': ['type ../audit/log.ts'] },
  'gateway-policy-stands-alone': { 'electron/gateway/policy/logs.ts': ['../audit/log.ts'] },
  'gateway-redaction-stands-alone': { 'electron/gateway/redaction/reads.ts': ['type ../audit/log.ts'] },
  'gateway-router-stands-alone': { 'electron/gateway/router/asks.ts': ['type ../session/session.ts'] },
  'gateway-upstream-stands-alone': { 'electron/gateway/upstream/replies.ts': ['../session/session.ts'] },
  'replay-holds-policy-against-the-log': {
    'electron/gateway/replay/goes-down.ts': ['type ../verdict-path.ts'],
  },
  'tracing-wraps-what-it-is-handed': {
    'electron/gateway/tracing/asks-policy.ts': ['type ../policy/engine.ts'],
  },
  'services-are-made-in-one-place': {
    'electron/gateway/runtime/makes-policy.ts': ['../policy/engine.ts'],
    'electron/gateway/other-root.ts': ['./audit/log.ts'],
    'electron/demo/goes-round.ts': ['../gateway/session/session.ts'],
  },
  'gateway-knows-no-host': {
    'electron/gateway/runtime/finds-folders.ts': ['../../main/program/folders.ts'],
    'electron/gateway/runtime/shows.ts': ['type ../../../renderer/api/window-api.ts'],
  },
  'hosts-use-the-gateway-by-its-front': {
    'electron/main/reaches-in.ts': ['type ../gateway/policy/engine.ts'],
    'electron/main/goes-down.ts': ['../gateway/verdict-path.ts'],
  },
  'bridge-is-a-client': {
    'electron/bridge/asks-policy.ts': ['type ../gateway/policy/engine.ts'],
    'electron/bridge/goes-round.ts': ['../gateway/upstream/connection.ts'],
  },
  'cli-is-a-client': {
    'electron/cli/asks-errors.ts': ['type ../gateway/errors.ts'],
    'electron/cli/talks-mcp.ts': ['../gateway/wire/json-rpc.ts'],
  },
  'electron-in-main-alone': {
    'electron/shared-window.ts': ['type electron'],
    'renderer/opens-files.ts': ['electron'],
  },
  'no-electron-without-a-window': {
    'electron/demo/opens-a-window.ts': ['../main/window.ts'],
  },
  'preload-is-the-contract': {
    'electron/preload/reads-files.ts': ['node:fs'],
    'electron/preload/knows-a-package.ts': ['left-pad'],
    'electron/preload/reaches-in.ts': ['type ../gateway/ports.ts'],
  },
  'renderer-takes-types-alone': {
    'renderer/views/Parses.svelte': ['../../electron/shared/domain.ts'],
    'renderer/parses.ts': ['../electron/shared/domain.ts'],
  },
  'renderer-knows-shared-alone': { 'renderer/state/reaches.ts': ['type ../../electron/gateway/ports.ts'] },
  'renderer-runs-in-a-browser': { 'renderer/views/ReadsFiles.svelte': ['node:fs'] },
  'renderer-views-look-down': { 'renderer/views/Calls2.svelte': ['../api/window-api.ts'] },
  'renderer-components-look-down': {
    'renderer/components/Fetches.svelte': ['../api/window-api.ts'],
    'renderer/components/Contains.svelte': ['../views/Calls.svelte'],
  },
  'renderer-state-look-down': { 'renderer/state/shows.ts': ['../views/Calls.svelte'] },
  'renderer-api-look-down': { 'renderer/api/remembers.ts': ['type ../state/calls.svelte.ts'] },
};

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** Which file breaks which rule, as `RULE: FILE`. */
function violations(tree: Tree): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('tsconfig.json', '{"compilerOptions":{"module":"esnext","moduleResolution":"bundler"}}');
  for (const name of ['electron', 'zod', 'left-pad']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  for (const [path, imports] of Object.entries(tree)) write(path, source(path, imports));
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruiser, '--config', configFile, '--output-type', 'json', 'electron', 'renderer'],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 2 ** 26 },
  );
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed: ${stderr}${stdout}`);
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return [...new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`))].sort();
}

function source(path: string, imports: readonly string[]): string {
  const lines = imports.map((each, index) =>
    each.startsWith('type ')
      ? `import type { T as T${index} } from '${each.slice(5)}';\nexport type U${index} = T${index};`
      : `import * as m${index} from '${each}';\nconsole.log(m${index});`,
  );
  const code = lines.join('\n');
  return path.endsWith('.svelte') ? `<script lang="ts">\n${code}\n</script>\n` : `${code}\n`;
}

describe('the import rules', { timeout: 60_000 }, () => {
  it('let a tree pass that keeps to them', () => {
    expect(violations(goodTree)).toEqual([]);
  });

  it('are all broken by the bad files', () => {
    expect(Object.keys(badFiles).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  it('each find the files that break them, and blame no others', () => {
    const bad = Object.entries(badFiles).flatMap(([rule, tree]) =>
      Object.keys(tree).map((file) => `${rule}: ${file}`),
    );
    expect(violations(Object.assign({}, goodTree, ...Object.values(badFiles)) as Tree)).toEqual(bad.sort());
  });
});
