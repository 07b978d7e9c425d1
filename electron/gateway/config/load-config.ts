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
import { type KeyPath, valueAt, withoutKey } from './tree.ts';
import { unknownKeyWarning, warningsAbout } from './warnings.ts';
import { readYamlFile } from './yaml-file.ts';

export interface LoadOptions {
  /** The YAML file; null where there is none. */
  readonly file: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was set in the window, below the file: JSON, made by the app; null or left out where there is none. */
  readonly windowFile?: string | null;
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

  const { config: parsed, unknown } = parse(source);
  const unprotected = notYetProtective
    .filter(({ key, accepted }) => {
      const value = valueAt(parsed, key.split('.'));
      return !accepted.some((one) => isDeepStrictEqual(one, value));
    })
    .map(({ key, expected }) => mismatch(source, key.split('.'), expected));
  if (unprotected.length > 0) throw new ConfigError(unprotected.join('\n'));

  const config = withAbsolutePaths(parsed, source);
  return {
    config,
    warnings: [...unknown, ...warningsAbout(config, source)],
    isConfigured: (key) => valueAt(source.tree, key.split('.')) !== undefined,
    managedAt: (key) => managedAt(source.layers, key),
    source,
  };
}

function readSource({ file, env, windowFile, managedFile }: LoadOptions): Source {
  const layers = [fromFile('window', windowFile), fromFile('file', file)].filter((layer) => layer !== null);
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

/** Unknown keys are left out and warned of; everything else that does not fit is an error. */
function parse(source: Source): { config: Config; unknown: string[] } {
  const first = configSchema.safeParse(source.tree);
  if (first.success) return { config: first.data, unknown: [] };
  const unknown = first.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path.map(String), key]) : [],
  );
  const second = configSchema.safeParse(unknown.reduce(withoutKey, source.tree));
  if (second.success) {
    return { config: second.data, unknown: unknown.map((path) => unknownKeyWarning(source, path)) };
  }
  throw new ConfigError(second.error.issues.map((issue) => explain(source, issue)).join('\n'));
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
  const { policy, audit, upstream, servers, logging, tls } = config;
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
