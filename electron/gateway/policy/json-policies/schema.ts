// The form of JSON policies. Unknown members are errors: a mistyped one would change what a rule does, unseen.
import { z } from 'zod';
import { isField } from './fields.ts';

const name = z
  .string()
  .regex(/^[A-Za-z][\w-]*$/u, 'must begin with a letter, and have letters, digits, - and _ alone');

/** What Rego can hold: no halves of characters. */
const text = z.string().refine((value) => value.isWellFormed(), 'is not valid Unicode');
const texts = z.array(text).min(1);
const scalar = z.union(
  [text, z.number(), z.boolean(), z.null()],
  'must be a text, a number, true, false or null',
);

const field = text.refine(isField, 'is no field of a call (policies/input.schema.json lists them)');

/** RE2 has neither; Rego would take such a pattern for one that matches nothing. */
const pattern = text.refine(
  (value) => !/\(\?(?:<?[=!])|\\[1-9k]/u.test(value.replaceAll('\\\\', '')),
  'must do without look-around and back references, which RE2 does not have',
);

const comparison = z.discriminatedUnion('op', [
  z.strictObject({ field, op: z.enum(['eq', 'ne']), value: scalar }),
  z.strictObject({ field, op: z.enum(['gt', 'gte', 'lt', 'lte']), value: z.union([z.number(), text]) }),
  z.strictObject({ field, op: z.enum(['contains', 'startswith', 'endswith']), value: text }),
  z.strictObject({ field, op: z.literal('matches'), value: pattern }),
  z.strictObject({ field, op: z.enum(['in', 'not_in']), value: z.array(scalar).min(1) }),
]);
export type Comparison = z.infer<typeof comparison>;

const combination = z
  .object({
    get all() {
      return z.array(condition).min(1).optional();
    },
    get any() {
      return z.array(condition).min(1).optional();
    },
    get not() {
      return condition.optional();
    },
    field_equals: z.record(field, scalar).optional(),
    field_in: z.record(field, z.array(scalar).min(1)).optional(),
    field_matches: z.record(field, pattern).optional(),
    tool_in: texts.optional(),
    agent_in: texts.optional(),
  })
  // What is no keyword is a field and the value that it must have: `{"identity.verified": true}`.
  .catchall(z.unknown())
  .superRefine((members, context) => {
    if (Object.keys(members).length === 0) context.addIssue('must hold at least one condition');
    for (const [key, value] of Object.entries(members)) {
      if (Object.hasOwn(combination.shape, key)) continue;
      const message = isField(key)
        ? scalar.safeParse(value).error?.issues[0]?.message
        : 'is neither a kind of condition nor a field of a call';
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
  });

/** All members of one condition have to hold. */
export type Condition = Comparison | Combination;
export interface Combination {
  readonly [field: string]: unknown;
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  readonly field_equals?: Readonly<Record<string, Scalar>> | undefined;
  readonly field_in?: Readonly<Record<string, readonly Scalar[]>> | undefined;
  readonly field_matches?: Readonly<Record<string, string>> | undefined;
  readonly tool_in?: readonly string[] | undefined;
  readonly agent_in?: readonly string[] | undefined;
}
export type Scalar = string | number | boolean | null;

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.unknown().transform((value, context): Condition => {
    const isComparison = typeof value === 'object' && value !== null && ('op' in value || 'field' in value);
    const parsed = (isComparison ? comparison : combination).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }),
);

const action = z.enum(['allow', 'deny']);
const shared = {
  id: name,
  /** Higher ones are asked first; among equals the order of the file counts. */
  priority: z.number().default(0),
  enabled: z.boolean().default(true),
  message: text.optional(),
};

const rule = z.discriminatedUnion('type', [
  z.strictObject({
    ...shared,
    type: z.literal('capability'),
    action,
    conditions: z.strictObject({ tool: text, requires_capability: text.min(1) }),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('blocklist'),
    action,
    conditions: z.strictObject({ match_type: z.enum(['tool', 'agent', 'did']), values: texts }),
  }),
  z.strictObject({
    ...shared,
    type: z.literal('rate_limit'),
    action: z.literal('deny', 'must be deny: a limit can only deny'),
    conditions: z
      .strictObject({
        agent_id: text.optional(),
        agent_pattern: pattern.optional(),
        limit: z.int().positive(),
        window: z.literal('session', 'must be session: calls are counted by session').default('session'),
      })
      .refine(
        ({ agent_id, agent_pattern }) => agent_id === undefined || agent_pattern === undefined,
        'must name agents by agent_id or by agent_pattern, not by both',
      ),
  }),
  z.strictObject({ ...shared, type: z.literal('custom'), action, conditions: condition }),
]);
export type JsonRule = z.infer<typeof rule>;

export const jsonPolicy = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(['1', '1.0'], 'must be "1.0"'),
  name,
  description: text.optional(),
  defaults: z
    .strictObject({ action: action.default('deny'), rate_limit: z.int().positive().optional() })
    .default({ action: 'deny' }),
  rules: z
    .array(rule)
    .min(1)
    .superRefine((rules, context) => {
      for (const [index, { id }] of rules.entries()) {
        if (rules.findIndex((other) => other.id === id) === index) continue;
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `there is another rule ${id}` });
      }
    }),
});
export type JsonPolicy = z.infer<typeof jsonPolicy>;
