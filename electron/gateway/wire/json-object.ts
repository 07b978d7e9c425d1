// What JSON text may turn out to be: whether a parsed value is an object, and neither a list nor null.

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
