import { describe, expect, it } from 'vitest';
import { argumentTree, indentedJson } from '../../renderer/argument-tree.ts';
import { fold } from '../../renderer/fold.ts';
import { recordJson } from '../../renderer/views/activity/record-json.ts';
import { visibleText } from '../../renderer/visible-text.ts';
import { sampleCall, sampleRecord } from '../samples.ts';

describe('argumentTree', () => {
  it('keeps numbers as they were written', () => {
    expect(argumentTree('{"id":12345678901234567890,"ratio":1.50}')).toMatchObject({
      entries: [
        { kind: 'literal', key: 'id', text: '12345678901234567890' },
        { kind: 'literal', key: 'ratio', text: '1.50' },
      ],
    });
  });

  it('nests objects and arrays and keeps null, booleans and a key that looks like a prototype', () => {
    expect(argumentTree('{"a":[true,null,{"__proto__":"x"}]}')).toMatchObject({
      kind: 'object',
      entries: [
        {
          kind: 'array',
          key: 'a',
          entries: [
            { kind: 'literal', key: null, text: 'true' },
            { kind: 'literal', key: null, text: 'null' },
            { kind: 'object', entries: [{ kind: 'string', key: '__proto__', text: 'x' }] },
          ],
        },
      ],
    });
  });

  it('marks paths, URLs and commands', () => {
    const marks = (given: Record<string, string>) => {
      const tree = argumentTree(JSON.stringify(given));
      return tree?.kind === 'object'
        ? tree.entries.map((node) => (node.kind === 'string' ? node.mark : null))
        : [];
    };
    expect(marks({ a: '/etc/hosts', b: '~/x', c: 'C:\\Windows', d: '../up' })).toEqual(Array(4).fill('path'));
    expect(marks({ a: 'https://example.com/?q=1', b: 'file:///etc/passwd' })).toEqual(['URL', 'URL']);
    expect(marks({ command: 'ls', SQL: 'drop' })).toEqual(['command', 'command']);
    expect(marks({ a: 'ideas', b: 'and/or', c: '/' })).toEqual([null, null, null]);
  });

  it('is null for what is not JSON', () => {
    expect(argumentTree('{"a":')).toBeNull();
  });
});

describe('indentedJson', () => {
  it('is the same JSON with line breaks, big numbers intact', () => {
    expect(indentedJson('{"a":[1,{}],"b":"\\u202e","n":12345678901234567890}')).toBe(
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "\u202e",\n  "n": 12345678901234567890\n}',
    );
  });

  it('leaves text that is not JSON as it is', () => {
    expect(indentedJson('not json')).toBe('not json');
  });
});

describe('recordJson', () => {
  it('holds the arguments as JSON rather than as a string', () => {
    const record = sampleRecord(sampleCall(7), { arguments: '{"n":12345678901234567890}' });
    const text = recordJson(record);
    expect(text).toContain('"n": 12345678901234567890');
    expect(JSON.parse(text)).toMatchObject({
      id: 7,
      tool: 'read_note',
      arguments: { n: expect.any(Number) as number },
    });
  });

  it('keeps arguments that are not JSON as a string', () => {
    const record = sampleRecord(sampleCall(7), { arguments: '{"n":' });
    expect(JSON.parse(recordJson(record))).toEqual(record);
  });
});

describe('visibleText', () => {
  it('spells out what hides or turns text, and leaves every script and emoji alone', () => {
    expect(visibleText('pay\u202Eexe\u200Bl\u0007')).toBe('pay‹U+202E›exe‹U+200B›l‹U+0007›');
    expect(visibleText('a\u{E0041}\u3164\u{E0121}')).toBe('a‹U+E0041›‹U+3164›‹U+E0121›');
    expect(visibleText('Größe 漢字 עברית 👍\n\ttab')).toBe('Größe 漢字 עברית 👍\n\ttab');
  });
});

describe('fold', () => {
  it('leaves short text whole and says of long text how much there is', () => {
    expect(fold('short')).toBeNull();
    expect(fold('a\n'.repeat(6).trim())).toBeNull();
    expect(fold('x'.repeat(2_000))).toMatchObject({ size: '2,000 characters' });
    expect(fold('line\n'.repeat(30).trim())).toEqual({
      start: 'line\nline\nline\nline\nline\nline',
      size: '149 characters, 30 lines',
    });
  });
});
