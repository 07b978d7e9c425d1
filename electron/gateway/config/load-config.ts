// Loads the configuration: its layers, one over the other, the schema, and what the user should be told.
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type Config, configSchema } from '../../shared/config.ts';
import { notYetProtective } from '../../shared/config-gaps.ts';
import type { OtlpTargetConfig } from '../../shared/config-otlp.ts';
import { ConfigError } from '../errors.ts';
import { readEnvironment } from './environment.ts';
import { mismatch, type Source } from './explain.ts';
import { type Layer, type LayerKind, layerOf, merged } from './layers.ts';
import { isManaged, managedAt, withManagedModes } from './managed-layer.ts';
import { type KeyPath, type Tree, valueAt, withoutKey } from './tree.ts';
import { unknownKeyWarning, warningsAbout } from './warnings.ts';
import { readYamlFile } from './yaml-file.ts';

export interface LoadOptions {
  /** The YAML file; null where there is none. */
  readonly file: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was set in the window, below the file: JSON, made by the app; null or left out where there is none. */
  readonly windowFile?: string | null;
  /** Stands for what is in that file: a change that is being tried before it is written. */
  readonly windowTree?: Tree;
  /** What an administrator lays over all else: YAML; need not be there. Null or left out: nothing is managed. */
  readonly managedFile?: string | null;
}

export interface LoadedConfig {
  /** Paths in it are absolute. */
  readonly config: Config;
  /** What is accepted and should be known all the same, one sentence each, with file and line. */
  readonly warnings: readonly string[];
  /** Whether any layer says anything about this (dotted) key. */
  readonly isConfigured: (key: string) => boolean;
  /** Where an administrator has set this key, as in `/etc/…/managed.yaml:3`; null where that is up to the user. */
  readonly managedAt: (key: string) => string | null;
  /** What it was made of. */
  readonly source: Source;
}

/**
 * Relative paths in the file are meant from the file's folder, those in the environment from the working directory.
 * @throws ConfigError with a line for each thing that is wrong: place, key, what was expected, what was found.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const source = readSource(options);
  const parsed = parse(source);
  if (!parsed.ok) throw new ConfigError(parsed.mistakes.map(({ message }) => message).join('\n'));
  const { unknown } = parsed;
  const config = withAbsolutePaths(parsed.config, source);
  return {
    config,
    warnings: [...unknown, ...warningsAbout(config, source)],
    isConfigured: (key) => valueAt(source.tree, key.split('.')) !== undefined,
    managedAt: (key) => managedAt(source.layers, key),
    source,
  };
}

/** One thing that is wrong. */
export interface Mistake {
  /** Of the setting, or of the section that does not fit together. */
  readonly path: KeyPath;
  /** "a whole number from 0 to 65535" */
  readonly expected: string;
  /** Place, key, what was expected, what was found. */
  readonly message: string;
}

/** What keeps a configuration from being used; nothing where it can be. */
export function mistakesIn(source: Source): readonly Mistake[] {
  const parsed = parse(source);
  return parsed.ok ? [] : parsed.mistakes;
}

/** Null where it has mistakes. */
export function configIn(source: Source): Config | null {
  const parsed = parse(source);
  return parsed.ok ? withAbsolutePaths(parsed.config, source) : null;
}

/**
 * The layers, right or wrong.
 * @throws ConfigError where a file can't be read or is not YAML.
 */
export function readSource({ file, env, windowFile, windowTree, managedFile }: LoadOptions): Source {
  const window = windowTree === undefined ? fromFile('window', windowFile) : tried(windowTree, windowFile);
  const layers = [window, fromFile('file', file)].filter((layer) => layer !== null);
  const { layer: environment, setBy } = readEnvironment(merged(layers), env);
  const managed = managedFile != null && isManaged(managedFile) ? fromFile('managed', managedFile) : null;
  const all = [
    ...layers,
    environment,
    ...(managed === null ? [] : [{ ...managed, tree: withManagedModes(managed.tree) }]),
  ];
  return { layers: all, tree: merged(all), setBy };
}

function fromFile(kind: LayerKind, file: string | null | undefined): Layer | null {
  if (file == null) return null;
  const { tree, lineOf } = readYamlFile(file);
  const whereIs = (path: KeyPath) => [file, lineOf(path)].filter((part) => part !== null).join(':');
  return { kind, tree, whereIs, folder: dirname(resolve(file)) };
}

function tried(tree: Tree, file: string | null | undefined): Layer {
  const folder = file == null ? process.cwd() : dirname(resolve(file));
  return { kind: 'window', tree, whereIs: () => 'the window', folder };
}

type Parsed =
  | { readonly ok: true; readonly config: Config; readonly unknown: readonly string[] }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Unknown keys are left out and warned of; everything else that does not fit is an error. */
function parse(source: Source): Parsed {
  const first = configSchema.safeParse(source.tree);
  if (first.success) return protectedOnly(first.data, [], source);
  const unknown = first.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path.map(String), key]) : [],
  );
  const second = configSchema.safeParse(unknown.reduce(withoutKey, source.tree));
  if (second.success) {
    const warnings = unknown.map((path) => unknownKeyWarning(source, path));
    return protectedOnly(second.data, warnings, source);
  }
  const mistakes = second.error.issues.map((issue) => ({
    path: issue.path.map(String),
    expected: issue.message,
    message: explain(source, issue),
  }));
  return { ok: false, mistakes };
}

/** What asks for a protection that is not there is a mistake, too. */
function protectedOnly(config: Config, unknown: readonly string[], source: Source): Parsed {
  const mistakes = notYetProtective
    .filter(({ key, accepted }) => {
      const value = valueAt(config, key.split('.'));
      return !accepted.some((one) => isDeepStrictEqual(one, value));
    })
    .map(({ key, expected }) => {
      const path = key.split('.');
      return { path, expected, message: mismatch(source, path, expected) };
    });
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, config, unknown };
}

function explain(source: Source, issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === 'invalid_key') return mismatch(source, path, issue.message, JSON.stringify(path.at(-1)));
  const found: unknown = issue.code === 'custom' ? issue.params?.found : undefined;
  if (typeof found !== 'string') return mismatch(source, path, issue.message);
  // The issue is with a whole section, of which a variable may have set a part.
  const variables = [...source.setBy].filter(([key]) => key.startsWith(`${path.join('.')}.`));
  const by = variables.map(([key, variable]) => ` (${variable} sets ${key})`).join('');
  return mismatch(source, path, issue.message, found + by);
}

function withAbsolutePaths(config: Config, { layers }: Source): Config {
  const absolute = (key: string | KeyPath, path: string | null) =>
    path === null
      ? null
      : resolve(
          layerOf(layers, typeof key === 'string' ? key.split('.') : key)?.folder ?? process.cwd(),
          path,
        );
  const absoluteOtlp = <T extends OtlpTargetConfig>(key: string, target: T): T => ({
    ...target,
    token_file: absolute(`${key}.token_file`, target.token_file),
    ca_file: absolute(`${key}.ca_file`, target.ca_file),
    cert_file: absolute(`${key}.cert_file`, target.cert_file),
    key_file: absolute(`${key}.key_file`, target.key_file),
  });
  const { policy, audit, upstream, servers, tracing, logging, tls } = config;
  const { bundle } = policy;
  return {
    ...config,
    policy: {
      ...policy,
      policy_dir: absolute('policy.policy_dir', policy.policy_dir),
      json_policy_dir: absolute('policy.json_policy_dir', policy.json_policy_dir),
      data_file: absolute('policy.data_file', policy.data_file),
      bundle: {
        ...bundle,
        token_file: absolute('policy.bundle.token_file', bundle.token_file),
        ca_file: absolute('policy.bundle.ca_file', bundle.ca_file),
        signing: {
          ...bundle.signing,
          key_file: absolute('policy.bundle.signing.key_file', bundle.signing.key_file),
        },
      },
    },
    audit: {
      ...audit,
      db_path: absolute('audit.db_path', audit.db_path),
      otlp: absoluteOtlp('audit.otlp', audit.otlp),
    },
    upstream: { ...upstream, cwd: absolute('upstream.cwd', upstream.cwd) },
    servers: Object.fromEntries(
      Object.entries(servers).map(([name, server]) => [
        name,
        { ...server, cwd: absolute(['servers', name, 'cwd'], server.cwd) },
      ]),
    ),
    tracing: absoluteOtlp('tracing', tracing),
    logging: {
      ...logging,
      file: { ...logging.file, path: absolute('logging.file.path', logging.file.path) },
    },
    tls: {
      ...tls,
      cert_file: absolute('tls.cert_file', tls.cert_file),
      key_file: absolute('tls.key_file', tls.key_file),
      ca_file: absolute('tls.ca_file', tls.ca_file),
    },
  };
}
