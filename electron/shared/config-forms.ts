// What can be typed or chosen for a setting, so that a window can offer the control that fits it.
import { z } from 'zod';

export const valueForm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flag') }),
  /** Both bounds are allowed. */
  z.object({ kind: z.literal('number'), from: z.number(), to: z.number() }),
  /** As Go writes it; `none`: 0 means no limit. */
  z.object({ kind: z.literal('duration'), none: z.boolean() }),
  /** On disk, "500MB"; 0 means any. */
  z.object({ kind: z.literal('size') }),
  z.object({ kind: z.literal('choice'), options: z.array(z.string()) }),
  /** `optional`: the empty text stands for none. */
  z.object({ kind: z.literal('text'), optional: z.boolean() }),
  /** Of a file or folder; the empty one stands for none. */
  z.object({ kind: z.literal('path') }),
  z.object({ kind: z.literal('texts') }),
  /** Names of the user's choice with a value each. */
  z.object({ kind: z.literal('names') }),
]);
export type ValueForm = z.infer<typeof valueForm>;

/** The form of the schemas in config-values.ts; what is not in it is not offered for editing. */
export const valueForms = z.registry<ValueForm>();
