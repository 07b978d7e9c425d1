// Values changed in JSON text by their place, with every other byte as it was.
import { describe, expect, it } from 'vitest';
import { elementsOf, spliced, viewOf, withValue } from '../../../../electron/gateway/wire/json-splice.ts';

const json = Buffer.from(
  '{ "id" : 12345678901234567890, "result":{"list":[ {"uri":"a"} ,{"x":1,"uri" : "b\\n"}],"none":{}} }',
);

describe('viewOf', () => {
  it('gives the bytes of a value, and null where there is none', () => {
    expect(viewOf(json, ['id'])?.toString()).toBe('12345678901234567890');
    expect(viewOf(json, ['result', 'list', 'uri'])).toBeNull();
    expect(viewOf(json, ['nothing', 'at', 'all'])).toBeNull();
  });
});

describe('elementsOf', () => {
  it('gives the elements of an array, and none of anything else', () => {
    expect(elementsOf(json, ['result', 'list']).map(String)).toEqual([
      '{"uri":"a"}',
      '{"x":1,"uri" : "b\\n"}',
    ]);
    expect(elementsOf(json, ['result', 'none'])).toEqual([]);
    expect(elementsOf(json, ['id'])).toEqual([]);
  });
});

describe('spliced', () => {
  it('writes other values, in whatever order they are given', () => {
    const views = elementsOf(json, ['result', 'list']).map((one) => viewOf(one, ['uri']));
    const edits = views.flatMap((old, index) => (old === null ? [] : [{ old, value: `new ${index}` }]));
    const expected = json.toString().replace('"a"', '"new 0"').replace('"b\\n"', '"new 1"');
    expect(spliced(json, edits).toString()).toBe(expected);
    expect(spliced(json, edits.toReversed()).toString()).toBe(expected);
  });

  it('gives the same buffer where nothing changes', () => {
    expect(spliced(json, [])).toBe(json);
  });
});

describe('withValue', () => {
  it('writes another value as JSON, and nothing where there is no such place', () => {
    expect(withValue(json, ['id'], 'x"y').toString()).toBe(
      json.toString().replace('12345678901234567890', '"x\\"y"'),
    );
    expect(withValue(json, ['none'], 1).toString()).toBe(json.toString());
  });
});
