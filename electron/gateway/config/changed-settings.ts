// What differs between two configurations, and which of it takes effect while the proxy runs.
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../shared/config.ts';
import { isTree, type KeyPath } from './tree.ts';

/** Settings that are asked for anew with each call, or can be exchanged; all others hold from the next start on. */
export const LIVE_SETTINGS: readonly string[] = [
  'approvals.ask',
  'approvals.enabled',
  'limits',
  'logging.level',
  'policy.enabled',
  'policy.mode',
  'policy.modes',
];

/** Dotted keys of settings whose values differ: sections are followed, lists and names of the user's choice are not. */
export function changedSettings(before: Config, after: Config): string[] {
  return differences(before, after, []);
}

export function isLive(key: string): boolean {
  return LIVE_SETTINGS.some((live) => key === live || key.startsWith(`${live}.`));
}

function differences(before: unknown, after: unknown, path: KeyPath): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isTree(before) || !isTree(after) || Object.keys(before).some((key) => !Object.hasOwn(after, key))) {
    return [path.join('.')];
  }
  return Object.keys(after).flatMap((key) => differences(before[key], after[key], [...path, key]));
}
