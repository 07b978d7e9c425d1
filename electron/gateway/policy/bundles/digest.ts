// The digest of a file in a bundle as OPA signs it: of the bytes, or where it is JSON or YAML of what they mean.
import { createHash } from 'node:crypto';
import { parse as parseYaml } from 'yaml';

/** The names that signatures give to what Node calls otherwise (OPA, v1/bundle/hash.go). */
const algorithms: Readonly<Record<string, string>> = {
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA-512-224': 'sha512-224',
  'SHA-512-256': 'sha512-256',
};

const structured: ReadonlySet<string> = new Set(['data.json', 'data.yaml', '.manifest']);

/**
 * Hexadecimal; null where the algorithm is unknown, or broken as MD5 and SHA-1 are.
 * Throws where a file that should be JSON or YAML is none.
 */
export function digestOf(name: string, content: Buffer, algorithm: string): string | null {
  const known = algorithms[algorithm];
  if (known === undefined) return null;
  const base = name.slice(name.lastIndexOf('/') + 1);
  const hash = createHash(known);
  if (!structured.has(base)) return hash.update(content).digest('hex');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  const value: unknown =
    base === 'data.yaml'
      ? parseYaml(text)
      : JSON.parse(text, (_key, part, context?: Written) => kept(part, context));
  return hash.update(canonical(value)).digest('hex');
}

/** A number with the digits that it was written with: they are what was signed. */
class WrittenNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

/** What JSON.parse tells of a primitive value. */
interface Written {
  readonly source?: string;
}

function kept(part: unknown, context: Written | undefined): unknown {
  return typeof part === 'number' ? new WrittenNumber(context?.source ?? String(part)) : part;
}

/** JSON without spaces, its keys in the order of their bytes, escaped as Go does. */
function canonical(value: unknown): string {
  if (value instanceof WrittenNumber) return value.digits;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${members.map(([key, member]) => `${primitive(key)}:${canonical(member)}`).join(',')}}`;
  }
  return primitive(value);
}

function primitive(value: unknown): string {
  const text = typeof value === 'string' ? value.toWellFormed() : (value ?? null);
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
