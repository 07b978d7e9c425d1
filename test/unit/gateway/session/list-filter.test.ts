import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterList, keptBriefly } from '../../../../electron/gateway/session/list-filter.ts';

const tools = { member: 'tools', key: 'name' };
/** Hides what is called `hidden…`. */
const shows = (item: string): boolean => !item.startsWith('hidden');

function filter(text: string, shape = tools) {
  const answer = Buffer.from(text);
  const filtered = filterList(answer, shape, shows);
  return filtered.ok
    ? { text: filtered.bytes.toString(), hidden: filtered.hidden, untouched: filtered.bytes === answer }
    : { why: filtered.why };
}

describe('a filtered list', () => {
  it('keeps the bytes of all that stays', () => {
    const before = ' {"x" : 12345678901234567890, "result": {"nextCursor":"\\u0061b", "tools": [';
    const after = '] , "_meta":{"e":1e2}}, "id" :1,"jsonrpc":"2.0"} ';
    const one = '{ "name":"one","n":1.0, "d":"]},{\\"name\\":\\"hidden\\"" }';
    const two = '{"description":"\\ud83d\\ude00", "\\u006eame":"t\\u0077o"}';
    const hidden = '{"name":"hidden_1","inputSchema":{"name":"one"}}';
    expect(filter(`${before}${hidden} , ${one},\n${hidden},${two}${after}`)).toEqual({
      text: `${before}[${one},${two}]`.replace('[[', '[') + after.slice(1),
      hidden: 2,
      untouched: false,
    });
  });

  it.each([
    ['nothing is hidden', '{"result": {"tools": [ {"name":"a"} , {"name":"b"} ]}}'],
    ['the list is empty', '{"result":{"tools":[ ]}}'],
    ['there is no list', '{"result":{"other":[{"name":"hidden"}]}}'],
    ['the list is null', '{"result":{"tools":null}}'],
    ['there is no result', '{"result":null}'],
    ['the result is empty', '{"result":[]}'],
  ])('is the very bytes that came where %s', (_what, text) => {
    expect(filter(text)).toMatchObject({ text, hidden: 0, untouched: true });
  });

  it('can become empty', () => {
    const text = '{"result":{"tools":[{"name":"hidden"}],"nextCursor":"2"}}';
    expect(filter(text)).toMatchObject({ text: '{"result":{"tools":[],"nextCursor":"2"}}', hidden: 1 });
  });

  it.each(['"hidden"', 'null', '["hidden"]', '{}', '{"name":1}', '{"name":null}', '{"Name":"a"}'])(
    'leaves out what can not be judged: %s',
    (item) => {
      expect(filter(`{"result":{"tools":[${item},{"name":"a"}]}}`)).toMatchObject({
        text: '{"result":{"tools":[{"name":"a"}]}}',
        hidden: 1,
      });
    },
  );

  it('leaves out an item that clients could know by another name', () => {
    const item = '{"name":"a","NAME":"hidden"}';
    expect(filter(`{"result":{"tools":[${item}]}}`)).toMatchObject({ text: '{"result":{"tools":[]}}' });
  });

  it.each([
    ['is an object', '{"result":{"tools":{"a":{"name":"hidden"}}}}'],
    ['is a text', '{"result":{"tools":"hidden"}}'],
    [
      'has a second one beside it that differs in case',
      '{"result":{"tools":[],"Tools":[{"name":"hidden"}]}}',
    ],
    ['stands in a second result', '{"result":{"tools":[]},"RESULT":{"tools":[{"name":"hidden"}]}}'],
    ['is the result itself', '{"result":[{"name":"hidden"}]}'],
  ])('is none where it %s', (_what, text) => {
    expect(filter(text)).toEqual({ why: expect.stringContaining('can be read in several ways') as string });
  });

  it.each([
    ['the list', '{"result":{"tools":[{"name":"hidden"}],"tools":[{"name":"a"}]}}'],
    ['the result', '{"result":{"tools":[{"name":"hidden"}]},"result":{"tools":[{"name":"a"}]}}'],
    ['a name', '{"result":{"tools":[{"name":"hidden","name":"a"}]}}'],
  ])('has one reading alone, even where %s is there twice', (_what, text) => {
    expect(filter(text)).toMatchObject({ text: '{"result":{"tools":[{"name":"a"}]}}', hidden: 0 });
  });

  it('is of resources and templates by what those are called by', () => {
    const text = '{"result":{"resources":[{"uri":"a:b","name":"hidden"},{"uri":"hidden:c","name":"c"}]}}';
    expect(filter(text, { member: 'resources', key: 'uri' })).toMatchObject({
      text: '{"result":{"resources":[{"uri":"a:b","name":"hidden"}]}}',
    });
  });

  it('holds what is shown, in order, whatever else stands in it', () => {
    const items = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'hidden', 'hidden_2'), fc.jsonValue({ depthSize: 'small' })),
    );
    const results = fc.record({ list: items, rest: fc.dictionary(fc.string(), fc.jsonValue()) });
    fc.assert(
      fc.property(results, fc.constantFrom(0, 1, 3), ({ list, rest }, indent) => {
        const result = { ...rest, tools: list.map(([name, more]) => ({ more, name })) };
        fc.pre(Object.keys(rest).every((name) => !/^tools$/iu.test(name)));
        const { text } = filter(JSON.stringify({ id: 1, result }, null, indent)) as { text: string };
        const shown = result.tools.filter(({ name }) => shows(name));
        const expected = { id: 1, result: { ...result, tools: shown } };
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('the hints for caches', () => {
  const kept = (text: string) =>
    keptBriefly(Buffer.from(text), (JSON.parse(text) as { result: unknown }).result);

  it('say private, and a minute at most', () => {
    const text = '{"result": {"tools":[], "cacheScope" : "public","ttlMs": 3600000, "nextCursor":"x"}}';
    expect(kept(text).toString()).toBe(
      '{"result": {"tools":[], "cacheScope" : "private","ttlMs": 60000, "nextCursor":"x"}}',
    );
  });

  it.each([
    '{"result":{"cacheScope":"private","ttlMs":60000}}',
    '{"result":{"ttlMs":0}}',
    '{"result":{"tools":[{"cacheScope":"public","ttlMs":99999999}]}}',
    '{"result":[]}',
  ])('stay as they are in %s', (text) => {
    const answer = Buffer.from(text);
    expect(keptBriefly(answer, (JSON.parse(text) as { result: unknown }).result)).toBe(answer);
  });
});
