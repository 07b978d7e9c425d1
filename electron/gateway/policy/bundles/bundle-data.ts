// The data of a bundle as one document: each data.json and data.yaml lies where its folder says.
import { parse as parseYaml } from 'yaml';
import { isObject } from './roots.ts';

type Document = Record<string, unknown>;

/**
 * Null where there is none. Throws where a file can't be read, or two of them say different things.
 * @param unpacked by their names, relative with slashes
 */
export function readBundleData(unpacked: ReadonlyMap<string, Buffer>): Document | null {
  let whole: Document | null = null;
  for (const [name, content] of unpacked) {
    const parts = name.split('/');
    const base = parts.pop() ?? '';
    if (base !== 'data.json' && base !== 'data.yaml' && base !== 'data.yml') continue;
    const document = parts.reduceRight<unknown>((below, part) => ({ [part]: below }), read(name, content));
    if (!isObject(document)) throw new Error(`${name} has to hold an object`);
    whole = merge(whole ?? {}, document, name);
  }
  return whole;
}

/** The two documents in one. Throws where both have something else at the same place; `name` is of the second. */
export function merge(one: Document, other: Document, name: string): Document {
  const merged = new Map(Object.entries(one));
  for (const [key, value] of Object.entries(other)) {
    const present = merged.get(key);
    if (present === undefined) merged.set(key, value);
    else if (isObject(present) && isObject(value)) merged.set(key, merge(present, value, name));
    else throw new Error(`${name} has "${key}", which another file has, too`);
  }
  return Object.fromEntries(merged);
}

function read(name: string, content: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return name.endsWith('.json') ? JSON.parse(text) : parseYaml(text);
  } catch (error) {
    throw new Error(`${name} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
