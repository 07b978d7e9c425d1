// Which arguments of a tool belong into headers, as its input schema says (MCP 2026-07-28, Streamable HTTP, custom
// headers).
import { headerValue } from '../gateway/wire/modern-headers.ts';
import { isObject } from '../gateway/wire/json-object.ts';

/** One annotated property: the names that lead to it, and the header's name after `Mcp-Param-`. */
export interface ParamHeader {
  readonly path: readonly string[];
  readonly name: string;
}

const ANNOTATION = 'x-mcp-header';
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/u;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/** All annotations of a schema; null where one of them breaks a rule, which makes the whole tool invalid. */
export function paramHeadersIn(inputSchema: unknown): ParamHeader[] | null {
  const found: ParamHeader[] = [];
  const counted = collect(inputSchema, [], found);
  const names = new Set(found.map(({ name }) => name.toLowerCase()));
  // Only chains of `properties` count: one that stands anywhere else is written, and was not found.
  return counted && names.size === found.length && found.length === annotationsIn(inputSchema) ? found : null;
}

/** Follows the chains of `properties`. False where an annotation on them breaks a rule. */
function collect(schema: unknown, path: readonly string[], found: ParamHeader[]): boolean {
  if (!isObject(schema)) return true;
  if (isAnnotated(schema)) {
    const name = schema[ANNOTATION];
    if (typeof name !== 'string' || !TOKEN.test(name) || !TYPES.has(schema.type) || path.length === 0)
      return false;
    found.push({ path, name });
  }
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return properties.every(([name, inner]) => collect(inner, [...path, name], found));
}

/** How many annotations stand anywhere in the schema; a property that has the annotation's name is none. */
function annotationsIn(value: unknown, isSchema = true): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + annotationsIn(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + annotationsIn(inner, name !== 'properties' || !isSchema),
    isSchema && isAnnotated(value) ? 1 : 0,
  );
}

/** The headers of a call, in lower case. Absent and null arguments have none, nor has what is no plain value. */
export function paramHeadersFor(
  declared: readonly ParamHeader[],
  callArguments: unknown,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { path, name } of declared) {
    const text = plainText(path.reduce(memberOf, callArguments));
    if (text !== null) headers[`mcp-param-${name.toLowerCase()}`] = headerValue(text);
  }
  return headers;
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function plainText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : null;
}

function isAnnotated(schema: Record<string, unknown>): boolean {
  return Object.hasOwn(schema, ANNOTATION);
}
