import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { type LanguageName, languages } from '../../../renderer/editor/languages.ts';

/** The pieces that have a name, with their text. */
function pieces(language: LanguageName, doc: string): [name: string, text: string][] {
  const state = EditorState.create({ doc, extensions: [languages[language]] });
  const found: [string, string][] = [];
  ensureSyntaxTree(state, doc.length, 5_000)?.iterate({
    enter: ({ name, from, to }) => {
      if (name !== 'Document') found.push([name, doc.slice(from, to)]);
    },
  });
  return found;
}

describe('Rego', () => {
  it('tells comments, strings, keywords, numbers and literals apart', () => {
    expect(pieces('rego', 'allow if { # "why"\n\tx == "# no comment"\n\ty == -1.5e3; true }')).toEqual([
      ['keyword', 'if'],
      ['comment', '# "why"'],
      ['string', '"# no comment"'],
      ['number', '-1.5e3'],
      ['atom', 'true'],
    ]);
  });

  it('goes on with a raw string in the next line, and ends it there', () => {
    expect(pieces('rego', 'x := `one\ntwo # "` if')).toEqual([
      ['string', '`one'],
      ['string', 'two # "`'],
      ['keyword', 'if'],
    ]);
  });

  it('does not colour the next line for a quote that is missing', () => {
    expect(pieces('rego', 'x := "one\nif')).toEqual([
      ['string', '"one'],
      ['keyword', 'if'],
    ]);
  });

  it('knows input, data and builtins, and no field that is called like one', () => {
    expect(pieces('rego', 'time.now_ns() > data.input.count; count(input.x)')).toEqual([
      ['macroName', 'time.now_ns'],
      ['self', 'data'],
      ['macroName', 'count'],
      ['self', 'input'],
    ]);
  });

  it('takes contains for a keyword and for a function', () => {
    expect(pieces('rego', 'a contains x if contains(x, y)').map(([name]) => name)).toEqual([
      'keyword',
      'keyword',
      'macroName',
    ]);
  });
});

describe('JSON', () => {
  it('tells keys from values', () => {
    expect(pieces('json', '{"a" : "b", "c": [1, null]}')).toEqual([
      ['propertyName', '"a"'],
      ['string', '"b"'],
      ['propertyName', '"c"'],
      ['number', '1'],
      ['atom', 'null'],
    ]);
  });
});
