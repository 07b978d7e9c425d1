// Values taken out of JSON text and put into it, with all other bytes where they were.
import { describe, expect, it } from 'vitest';
import { valueAt, withValues } from '../../../../electron/gateway/wire/json-spans.ts';

const path = (...names: string[]): Buffer[] => names.map((name) => Buffer.from(name));
const json = Buffer.from(
  ' { "params" :{"x":[{"id":9}],"_meta":{"progress\\u0054oken" : "a\\"}b" , "n":12345678901234567890}},"id": 7 } ',
);

describe('valueAt', () => {
  it('gives the bytes of a value as they were written', () => {
    expect(valueAt(json, path('id'))?.toString()).toBe('7');
    expect(valueAt(json, path('params', '_meta', 'n'))?.toString()).toBe('12345678901234567890');
    expect(valueAt(json, path('params', '_meta', 'progressToken'))?.toString()).toBe('"a\\"}b"');
  });

  it.each([[['nothing']], [['id', 'deeper']], [['params', 'x', 'id']], [['params', '_meta', 'id']]])(
    'finds nothing at %j',
    (names) => {
      expect(valueAt(json, path(...names))).toBeNull();
    },
  );
});

describe('withValues', () => {
  it('replaces values in any order and leaves every other byte', () => {
    const replaced = withValues(json, [
      { path: path('id'), value: Buffer.from('"a longer one"') },
      { path: path('params', '_meta', 'progressToken'), value: Buffer.from('1') },
      { path: path('params', 'nothing'), value: Buffer.from('2') },
    ]);
    expect(replaced.toString()).toBe(
      json.toString().replace(' 7 ', ' "a longer one" ').replace('"a\\"}b"', '1'),
    );
  });
});
