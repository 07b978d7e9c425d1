// Writes values as Rego, in the way of `opa fmt`.

/** Lines are indented by tabs; objects and lists have one line for each member, empty ones none. */
export function regoValue(value: unknown, depth = 0): string {
  if (Array.isArray(value))
    return block(
      '[',
      ']',
      value.map((each) => regoValue(each, depth + 1)),
      depth,
    );
  if (typeof value === 'object' && value !== null) {
    const entries: [string, unknown][] =
      value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : Object.entries(value);
    return block(
      '{',
      '}',
      entries.map(([key, each]) => `${regoText(key)}: ${regoValue(each, depth + 1)}`),
      depth,
    );
  }
  return regoText(value);
}

/** A JSON text of one line is Rego, but for where no text ends. */
export function regoText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function block(open: string, close: string, parts: readonly string[], depth: number): string {
  if (parts.length === 0) return open + close;
  const indent = '\t'.repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},\n`).join('')}${'\t'.repeat(depth)}${close}`;
}
