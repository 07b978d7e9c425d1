// Members of `_meta` that are set in a message's bytes, with everything else as its client wrote it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withMeta } from '../../../../electron/gateway/wire/message-meta.ts';
import { readClientBody } from '../../../../electron/gateway/wire/parse.ts';
import { anyJson, spelling, trickyString, whiteSpace } from './arbitrary-json.ts';

const set = (json: string, members: Readonly<Record<string, string | undefined>>): string =>
  withMeta(Buffer.from(json), members).toString();

const without = (object: Readonly<Record<string, unknown>>, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

describe('withMeta', () => {
  it('sets members beside those that are there, whose values stay as they were written', () => {
    const json = '{"id":1,"params":{"n":1e2, "_meta" : { "progressToken":12345678901234567890 ,"x":{} }} }';
    expect(set(json, { traceparent: 'a"b' })).toBe(
      '{"id":1,"params":{"n":1e2, "_meta" : {"progressToken":12345678901234567890,"x":{},"traceparent":"a\\"b"}} }',
    );
  });

  it('replaces what has the name already, however that is spelt, and takes out what is undefined', () => {
    const json =
      '{"params":{"_me\\u0074a":{"trace\\u0070arent":"old","keep":[1, 2],"tracestate":"x=1"}},"method":"m"}';
    expect(set(json, { traceparent: 'new', tracestate: undefined, baggage: undefined })).toBe(
      '{"params":{"_me\\u0074a":{"keep":[1, 2],"traceparent":"new"}},"method":"m"}',
    );
  });

  it.each([
    ['{ }', '{"params":{"_meta":{"a":"1"}} }'],
    ['{"id":7}', '{"params":{"_meta":{"a":"1"}},"id":7}'],
    ['{"params":{ }}', '{"params":{"_meta":{"a":"1"} }}'],
    ['{"params":{"b":2}}', '{"params":{"_meta":{"a":"1"},"b":2}}'],
    ['{"params":{"_meta":{}}}', '{"params":{"_meta":{"a":"1"}}}'],
    ['{"params":{"arguments":{"_meta":{}}}}', '{"params":{"_meta":{"a":"1"},"arguments":{"_meta":{}}}}'],
  ])('makes what %s lacks', (before, after) => {
    expect(set(before, { a: '1' })).toBe(after);
  });

  it.each([
    '[]',
    '7',
    '{"params":[]}',
    '{"params":null}',
    '{"params":{"_meta":null}}',
    '{"params":{"_meta":"x"}}',
  ])('leaves %s as it is: the very same bytes', (json) => {
    const bytes = Buffer.from(json);
    expect(withMeta(bytes, { a: '1' })).toBe(bytes);
  });

  it('says for any message what it said, and the members', () => {
    const meta = fc.option(fc.dictionary(trickyString, anyJson, { maxKeys: 4 }), { nil: undefined });
    const params = fc.record({ rest: fc.dictionary(trickyString, anyJson, { maxKeys: 3 }), meta });
    const spelt = fc.record({ meta: spelling('_meta'), space: whiteSpace });
    fc.assert(
      fc.property(params, spelt, trickyString, fc.option(trickyString), (given, written, value, other) => {
        const rest = without(given.rest, '_meta');
        const inside = Object.entries({ ...rest, ...(given.meta && { _meta: given.meta }) }).map(
          ([name, one]) =>
            `${name === '_meta' ? written.meta : JSON.stringify(name)}${written.space}:${JSON.stringify(one)}`,
        );
        const json = `{"jsonrpc":"2.0","method":"m","params":${written.space}{${inside.join(`${written.space},`)}}}`;
        const members = { traceparent: value, baggage: other ?? undefined };
        const changed = withMeta(Buffer.from(json), members);
        const before = without(given.meta ?? {}, 'baggage');
        expect(JSON.parse(changed.toString())).toEqual({
          jsonrpc: '2.0',
          method: 'm',
          params: {
            ...rest,
            _meta: { ...before, traceparent: value, ...(other === null ? {} : { baggage: other }) },
          },
        });
        // No name is there twice.
        expect(readClientBody(changed).ok).toBe(true);
      }),
    );
  });
});
