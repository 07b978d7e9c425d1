// The admin API as an OpenAPI document, from the same table that it is served by.
// https://spec.openapis.org/oas/v3.1.1.html: its schemas are JSON Schema 2020-12, which Zod writes.
import { z } from 'zod';
import { isBodiless, namesInPath, type Operation } from '../../../shared/admin-api/operation.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

type Json = Readonly<Record<string, unknown>>;

/** Errors of all operations, as they are answered. */
const failure = z.object({
  error: z.object({
    /** For programs. */
    code: z.string(),
    /** For people. */
    message: z.string(),
  }),
});

/** An operation that answers with lines, as many as there are, in place of one value. */
export interface LinesOperation {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly input: z.ZodObject;
}

export function openApiDocument(
  operations: Readonly<Record<string, Operation>>,
  lines: LinesOperation,
  version: string,
): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(operations)) {
    const place = (paths[operation.path] ??= {});
    place[operation.method.toLowerCase()] = described(name, operation);
  }
  paths[lines.path] = { ...paths[lines.path], get: describedLines(lines) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'MCP Proxy Desktop',
      version,
      description:
        'What scripts may ask of the running proxy. The token is in the file api-token of the user-data folder. Times are Unix milliseconds.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [...new Set(Object.values(operations).map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Failure: schemaOf(failure, 'output') },
      responses: {
        Failure: {
          description: 'Nothing was done.',
          content: json({ $ref: '#/components/schemas/Failure' }),
        },
      },
    },
  };
}

function described(name: string, operation: Operation): Json {
  const { method, summary, input, output, absent } = operation;
  const inPath = namesInPath(operation.path);
  const { properties, required, ...rest } = membersOf(input);
  const others = Object.entries(properties).filter(([member]) => !inPath.includes(member));
  const inQuery = isBodiless(method) ? others : [];
  const answer = json(schemaOf(output, 'output'));
  const parameters = [
    ...inPath.map((member) => ({ in: 'path', name: member, required: true, schema: properties[member] })),
    ...inQuery.map(([member, schema]) => inQueryOf(member, schema, required)),
  ];
  const body = {
    ...rest,
    properties: Object.fromEntries(others),
    required: required.filter((member) => !inPath.includes(member)),
  };
  return {
    operationId: name,
    tags: [tagOf(operation)],
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(!isBodiless(method) &&
      others.length > 0 && { requestBody: { required: body.required.length > 0, content: json(body) } }),
    responses: {
      200: { description: 'Done.', content: answer },
      ...(absent !== undefined && { 404: { description: `${absent}.`, ...failed } }),
      ...(operation.isRefusal !== undefined && {
        409: { description: 'It was not done: says why.', content: answer },
      }),
      default: { $ref: '#/components/responses/Failure' },
    },
  };
}

/** Lists repeat the name, as OpenAPI has it where nothing else is said. */
function describedLines({ name, path, summary, mediaType, input }: LinesOperation): Json {
  const { properties, required } = membersOf(input);
  return {
    operationId: name,
    tags: [tagOf({ path })],
    summary,
    parameters: Object.entries(properties).map(([member, schema]) => inQueryOf(member, schema, required)),
    responses: {
      200: { description: 'Lines of JSON.', content: { [mediaType]: { schema: { type: 'string' } } } },
      default: { $ref: '#/components/responses/Failure' },
    },
  };
}

function inQueryOf(name: string, schema: unknown, required: readonly string[]): Json {
  return { in: 'query', name, required: required.includes(name), schema };
}

const failed = { content: json({ $ref: '#/components/schemas/Failure' }) };

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

function membersOf(input: z.ZodObject) {
  return objectSchema.parse(schemaOf(input, 'input'));
}

/** `/api/policy/check` is of `policy`. */
function tagOf({ path }: Pick<Operation, 'path'>): string {
  return path.split('/')[2] ?? '';
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: dialect, ...rest } = z.toJSONSchema(schema, { io });
  // OpenAPI 3.1 means this one where nothing is said.
  if (dialect !== DIALECT) throw new Error(`OpenAPI has another JSON Schema than ${String(dialect)}`);
  return rest;
}

function json(schema: unknown): Json {
  return { 'application/json': { schema } };
}
