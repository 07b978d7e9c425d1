// The description of the admin API: complete, and of a form that programs can read.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callFilter } from '../../../../../electron/shared/audit-search.ts';
import { operations } from '../../../../../electron/shared/admin-api/operations.ts';
import { auditLines } from '../../../../../electron/gateway/transport/audit-lines.ts';
import { openApiDocument } from '../../../../../electron/gateway/transport/admin-api/openapi.ts';

const schema = z.record(z.string(), z.unknown());
const ofJson = z.strictObject({ 'application/json': z.strictObject({ schema }) });
const content = z.union([ofJson, z.strictObject({ 'application/x-ndjson': z.strictObject({ schema }) })]);
const reference = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const parameter = z.strictObject({
  in: z.enum(['path', 'query']),
  name: z.string(),
  required: z.boolean(),
  schema,
});
const response = z.union([reference, z.strictObject({ description: z.string().min(1), content })]);

/** What OpenAPI 3.1 asks of the parts that are used here. */
const described = z.strictObject({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  summary: z.string().endsWith('.'),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ required: z.boolean(), content: ofJson }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$|^default$/u), response),
});
const documentForm = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d$/u),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.string() })),
  security: z.tuple([z.strictObject({ token: z.tuple([]) })]),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/api/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'delete']), described),
  ),
  components: z.strictObject({
    securitySchemes: z.strictObject({
      token: z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer') }),
    }),
    schemas: z.record(z.string(), schema),
    responses: z.record(z.string(), response),
  }),
});

const document = documentForm.parse(
  JSON.parse(JSON.stringify(openApiDocument(operations, auditLines, '1.2.3'))),
);
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
);

describe('the description of the admin API', () => {
  it('has every operation of the table once, and no other', () => {
    const shown = all.map(
      ({ operationId, method, path }) => `${operationId}: ${method.toUpperCase()} ${path}`,
    );
    const lines = [auditLines.name, auditLines] as const;
    const wanted = [...Object.entries(operations), lines].map(
      ([name, { method, path }]) => `${name}: ${method} ${path}`,
    );
    expect(shown.sort()).toEqual(wanted.sort());
    expect(new Set(wanted.map((line) => line.split(': ')[1])).size).toBe(wanted.length);
  });

  it('declares each part of a path, and nothing as one that is none', () => {
    for (const { path, parameters = [] } of all) {
      const declared = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/gu) ?? [], path).toEqual(declared);
    }
  });

  it('refers to nothing that is not there', () => {
    for (const [, section = '', name = ''] of JSON.stringify(document).matchAll(/"#\/(\w+\/\w+)\/(\w+)"/gu)) {
      const [, kind = ''] = section.split('/');
      expect(document.components).toHaveProperty([kind, name]);
    }
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it('tells what is taken: a body with its members, or a query', () => {
    const answer = all.find(({ operationId }) => operationId === 'approvals.answer');
    expect(answer?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { required: ['allow'], additionalProperties: false } } },
    });
    expect(answer?.requestBody?.content['application/json'].schema.properties).not.toHaveProperty('id');
    const history = all.find(({ operationId }) => operationId === 'policy.history');
    expect(history?.parameters).toMatchObject([
      { in: 'query', name: 'before', required: false },
      { in: 'query', name: 'limit', required: false, schema: { default: 50, maximum: 200 } },
    ]);
    const lines = all.find(({ operationId }) => operationId === 'audit.lines');
    const inQuery = new Map(lines?.parameters?.map((one) => [one.name, one.schema]));
    expect([...inQuery.keys()]).toEqual([...Object.keys(callFilter.shape), 'after', 'limit']);
    expect(inQuery.get('tools')).toMatchObject({ type: 'array', items: { type: 'string' } });
    expect(inQuery.get('redacted')).toMatchObject({ type: 'boolean' });
    expect(inQuery.get('limit')).toMatchObject({ type: 'integer', default: 1000, maximum: 100_000 });
  });
});
