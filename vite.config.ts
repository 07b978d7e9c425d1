// How the sources become out/: one build of main, workers, command-line entries, preload and window.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig, type EnvironmentOptions } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Code that runs on Electron's own Node: everything is bundled but what Electron or a native module brings. */
function nodeBundle(
  entries: Record<string, string>,
  format: 'es' | 'cjs',
  extension: string,
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: ['electron', 'better-sqlite3'] },
    build: {
      outDir: at('out'),
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      copyPublicDir: false,
      rolldownOptions: {
        input: entries,
        external: ['electron', 'better-sqlite3'],
        output: { format, entryFileNames: `[name].${extension}`, chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  };
}

export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [svelte({ configFile: at('svelte.config.js') })],
  environments: {
    client: {
      build: {
        outDir: at('out/renderer'),
        emptyOutDir: true,
        target: 'chrome148',
        modulePreload: false,
        rolldownOptions: { input: [at('renderer/index.html'), at('renderer/prompt.html')] },
      },
    },
    node: nodeBundle(
      {
        'main/main': at('electron/main/main.ts'),
        'gateway/worker': at('electron/gateway/worker.ts'),
        'gateway/audit-worker': at('electron/gateway/audit/audit-worker.ts'),
        'gateway/export-worker': at('electron/gateway/audit/export/export-worker.ts'),
        'gateway/replay-worker': at('electron/gateway/replay/replay-worker.ts'),
        'gateway/opa-runner-worker': at('electron/gateway/policy/opa-runner-worker.ts'),
        'gateway/time-trial-worker': at('electron/gateway/policy/time-trial-worker.ts'),
        headless: at('electron/headless.ts'),
        bridge: at('electron/bridge/bridge.ts'),
        cli: at('electron/cli/cli.ts'),
        demo: at('electron/demo/demo.ts'),
        'demo/notes-server': at('electron/demo/notes-server.ts'),
      },
      'es',
      'js',
    ),
    // By itself, because it is taken away from here, to where nothing else of the program is.
    verifier: nodeBundle(
      { 'verify-audit': at('electron/gateway/audit/export/verify-audit.ts') },
      'es',
      'mjs',
    ),
    preload: nodeBundle({ 'preload/preload': at('electron/preload/preload.ts') }, 'cjs', 'cjs'),
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'node', 'verifier', 'preload']) {
        const environment = builder.environments[name];
        if (environment === undefined) throw new Error(`No build environment is called ${name}`);
        await builder.build(environment);
      }
    },
  },
});
