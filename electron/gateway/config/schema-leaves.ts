// What the schema says of each setting: what it does, what it expects, and what holds where nobody says anything.
import { z } from 'zod';
import { type ValueForm, valueForms } from '../../shared/config-forms.ts';
import type { KeyPath } from './tree.ts';

/** What is the same whatever is configured. */
export interface SettingFacts {
  /** One sentence. Empty where the schema has none. */
  readonly does: string;
  /** What it has to be, in words that go on after "expected". */
  readonly expected: string;
  /** As it would be written; undefined where a name of the user's choice has none. */
  readonly byDefault: unknown;
  /** Null where a window can't offer it for editing. */
  readonly form: ValueForm | null;
}

export interface SchemaLeaf extends SettingFacts {
  readonly path: KeyPath;
}

/**
 * In the order of the schema. Sections are followed, and so are those whose names the user chose; whatever else has a
 * value is a leaf.
 *
 * @param namesAt the names in a section of the user's choice; null where it is to be a leaf itself
 */
export function schemaLeaves(
  schema: z.core.$ZodType,
  namesAt: (path: KeyPath) => readonly string[] | null,
  path: KeyPath = [],
): SchemaLeaf[] {
  const { inner, byDefault } = unwrapped(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape as z.core.$ZodShape).flatMap(([key, below]) =>
      schemaLeaves(below, namesAt, [...path, key]),
    );
  }
  if (inner instanceof z.ZodRecord && unwrapped(inner.valueType).inner instanceof z.ZodObject) {
    const names = namesAt(path);
    if (names !== null)
      return names.flatMap((name) => schemaLeaves(inner.valueType, namesAt, [...path, name]));
  }
  const { description = '', expected } = z.globalRegistry.get(schema) ?? {};
  const names = inner instanceof z.ZodRecord ? ({ kind: 'names' } as const) : null;
  return [
    {
      path,
      byDefault,
      does: description,
      expected: typeof expected === 'string' ? expected : '',
      form: valueForms.get(schema) ?? names,
    },
  ];
}

/** What a default is made of, and the default as it would be written. */
function unwrapped(schema: z.core.$ZodType): { inner: z.core.$ZodType; byDefault: unknown } {
  let inner = schema;
  let byDefault: unknown;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    if (!(inner instanceof z.ZodNullable)) byDefault ??= inner.def.defaultValue;
    inner = inner.unwrap();
  }
  return { inner, byDefault };
}
