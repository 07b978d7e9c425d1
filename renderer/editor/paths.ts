// What stands below `input` and `data`: names with what they mean, from a JSON schema or from an example.
export interface PathStep {
  readonly name: string;
  /** Its type, as JSON schema calls it. */
  readonly type: string;
  readonly about: string;
}

/** The names that may follow a dotted path. */
export type StepsBelow = (path: readonly string[]) => readonly PathStep[];

interface Schema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly properties?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function stepsOfSchema(schema: unknown): StepsBelow {
  return (path) => {
    let at: unknown = schema;
    for (const name of path) at = isObject(at) && isObject(at.properties) ? at.properties[name] : undefined;
    if (!isObject(at) || !isObject(at.properties)) return [];
    return Object.entries(at.properties).map(([name, step]) => {
      const { type, description }: Schema = isObject(step) ? step : {};
      const types = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === 'string');
      return { name, type: types.join(' or '), about: typeof description === 'string' ? description : '' };
    });
  };
}

/** @param json text that may be on its way to being JSON; what can't be parsed has no steps. */
export function stepsOfJson(json: string): StepsBelow {
  let parsed: unknown;
  return (path) => {
    parsed ??= parsedOrNull(json);
    let at: unknown = parsed;
    for (const name of path) at = isObject(at) ? at[name] : undefined;
    if (!isObject(at)) return [];
    return Object.entries(at).map(([name, value]) => ({ name, type: typeOf(value), about: '' }));
  };
}

function parsedOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
