// What x-mcp-header asks for, and what is made of it.
import { describe, expect, it } from 'vitest';
import { paramHeadersFor, paramHeadersIn } from '../../../electron/bridge/param-headers.ts';

const header = (name: unknown, type = 'string') => ({ type, 'x-mcp-header': name });
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('the annotations of a schema', () => {
  it('are found along chains of properties', () => {
    const schema = object({
      region: header('Region'),
      query: { type: 'string' },
      options: object({ limit: header('Limit', 'integer'), deep: object({ on: header('On', 'boolean') }) }),
    });
    expect(paramHeadersIn(schema)).toEqual([
      { path: ['region'], name: 'Region' },
      { path: ['options', 'limit'], name: 'Limit' },
      { path: ['options', 'deep', 'on'], name: 'On' },
    ]);
  });

  it('are none where there are none, or a property is merely called so', () => {
    expect(paramHeadersIn(undefined)).toEqual([]);
    expect(paramHeadersIn(object({ a: { type: 'string' } }))).toEqual([]);
    expect(paramHeadersIn(object({ 'x-mcp-header': { type: 'string' } }))).toEqual([]);
    const properties = { type: 'object', properties: { properties: object({ a: header('A') }) } };
    expect(paramHeadersIn(properties)).toEqual([{ path: ['properties', 'a'], name: 'A' }]);
  });

  it.each<[string, object]>([
    ['an empty name', object({ a: header('') })],
    ['a name with a space', object({ a: header('A b') })],
    ['a name with a line break', object({ a: header('A\r\nB') })],
    ['a name that is no text', object({ a: header(7) })],
    ['a number', object({ a: header('A', 'number') })],
    ['an object', object({ a: header('A', 'object') })],
    ['names that differ in case alone', object({ a: header('A'), b: header('a') })],
    ['the root', header('A')],
    ['items of an array', object({ a: { type: 'array', items: header('A') } })],
    ['an alternative', object({}, { oneOf: [object({ a: header('A') })] })],
    ['a definition', object({}, { $defs: { a: header('A') } })],
  ])('make the tool invalid with %s', (_what, schema) => {
    expect(paramHeadersIn(schema)).toBeNull();
  });
});

describe('the headers of a call', () => {
  const declared = [
    { path: ['region'], name: 'Region' },
    { path: ['options', 'limit'], name: 'Limit' },
    { path: ['options', 'on'], name: 'On' },
  ];

  it('hold texts, whole numbers and truth values, encoded where they have to be', () => {
    const given = { region: ' Zürich', options: { limit: -7, on: true } };
    expect(paramHeadersFor(declared, given)).toEqual({
      'mcp-param-region': `=?base64?${Buffer.from(' Zürich').toString('base64')}?=`,
      'mcp-param-limit': '-7',
      'mcp-param-on': 'true',
    });
  });

  it.each([undefined, {}, { region: null, options: 'none' }, { region: { a: 1 }, options: { limit: 1.5 } }])(
    'leave out what is not there, or is no plain value: %j',
    (given) => {
      expect(paramHeadersFor(declared, given)).toEqual({});
    },
  );
});
