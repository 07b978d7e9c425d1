// The keys that the schema knows, and the one that was probably meant by a key that it does not know.
import { z } from 'zod';
import { configSchema } from '../../shared/config.ts';
import type { KeyPath } from './tree.ts';

/** Whether the schema has something at this path, a section or a value. */
export function isKnownKey(path: KeyPath): boolean {
  return schemaAt(path) !== null;
}

/** The dotted key that comes nearest to an unknown one, or null where none is near. */
export function nearestKey(path: KeyPath): string | null {
  // Somebody may write "server.port: 3000" on one line.
  const parts = path.join('.').split('.');
  const section = parts.slice(0, -1);
  const name = parts.at(-1) ?? '';
  const siblings = keysOf(schemaAt(section));
  const near = siblings
    .map((key) => ({ key, distance: editDistance(normal(name), normal(key)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near !== undefined) return [...section, near.key].join('.');
  const elsewhere = dottedKeys(configSchema, []).filter((key) => key.split('.').at(-1) === name);
  // Best one that lies below the same section: "server.port" means server.listen.port, not metrics.port.
  const [top] = section;
  return elsewhere.find((key) => key.split('.')[0] === top) ?? elsewhere[0] ?? null;
}

/** Whether the keys of this section are names that the user chooses. */
export function hasChosenNames(path: KeyPath): boolean {
  return schemaAt(path) instanceof z.ZodRecord;
}

function schemaAt(path: KeyPath): z.core.$ZodType | null {
  let schema: z.core.$ZodType | null = configSchema;
  for (const key of path) schema = below(unwrapped(schema), key);
  return unwrapped(schema);
}

function below(schema: z.core.$ZodType | null, key: string): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) return (schema.shape as z.core.$ZodShape)[key] ?? null;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return null;
}

function unwrapped(schema: z.core.$ZodType | null): z.core.$ZodType | null {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault) inner = inner.unwrap();
  return inner;
}

function keysOf(schema: z.core.$ZodType | null): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Without those whose section has a name that the user chooses. */
function dottedKeys(schema: z.core.$ZodType, path: KeyPath): string[] {
  return keysOf(unwrapped(schema)).flatMap((key) => {
    const inner = below(unwrapped(schema), key);
    return [[...path, key].join('.'), ...(inner === null ? [] : dottedKeys(inner, [...path, key]))];
  });
}

/** "maxConnections" and "max-connections" are "max_connections". */
function normal(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/gu, '');
}

/** How many characters have to be put in, taken out, changed, or exchanged with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const exchanged =
        i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
