// The configuration as a file that would make it, each value with where it comes from.
import { Document, isCollection, isMap, Pair, Scalar, YAMLMap } from 'yaml';
import type { Setting } from './settings-list.ts';

const sources = {
  default: 'default',
  window: 'set in the window',
  file: '',
  environment: '',
  managed: 'managed, ',
} as const;

/** YAML. Values that may be secrets are left out, and said to be. */
export function printedConfig(settings: readonly Setting[]): string {
  const top = new YAMLMap();
  const document = new Document<YAMLMap>(top);
  for (const { path, value, from, where, hidden } of settings) {
    const section = sectionAt(top, path.slice(0, -1));
    const node = hidden ? new Scalar('…') : document.createNode(value ?? null);
    // On one line, with the comment behind it.
    if (isCollection(node)) node.flow = true;
    const origin = `${sources[from]}${from === 'window' ? '' : (where ?? '')}`;
    node.comment = ` ${origin}${hidden ? ' (not shown)' : ''}`;
    section.add(new Pair(document.createNode(path.at(-1)), node));
  }
  return document.toString({ lineWidth: 0 });
}

function sectionAt(top: YAMLMap, path: readonly string[]): YAMLMap {
  return path.reduce((section, key) => {
    const found = section.get(key);
    if (isMap(found)) return found;
    const made = new YAMLMap();
    section.set(key, made);
    return made;
  }, top);
}
