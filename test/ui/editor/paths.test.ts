import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { difference } from '../../../renderer/editor/code-editor.ts';
import { completeRego } from '../../../renderer/editor/completion.ts';
import { inputSteps } from '../../../renderer/editor/input-paths.ts';
import { languages } from '../../../renderer/editor/languages.ts';
import { stepsOfJson } from '../../../renderer/editor/paths.ts';

const data = () => stepsOfJson('{"blocked_tools": [], "tool_capabilities": {"read_note": "x", "a-b": 1}}');

/** What is offered where the text ends. */
function offered(doc: string): string[] {
  const state = EditorState.create({ doc, extensions: [languages.rego] });
  const context = new CompletionContext(state, doc.length, false);
  return (completeRego(context, { input: inputSteps, data })?.options ?? []).map(({ label }) => label);
}

describe('completion', () => {
  it('offers the fields of the input, at each depth', () => {
    expect(offered('allow if input.')).toEqual(
      expect.arrayContaining(['agent', 'request', 'session', 'tool']),
    );
    expect(offered('allow if input.agent.ca')).toContain('capabilities');
    expect(offered('allow if input.nothing.')).toEqual([]);
  });

  it('offers the keys of the data', () => {
    expect(offered('allow if data.')).toEqual(['blocked_tools', 'tool_capabilities']);
    expect(offered('allow if data.tool_capabilities.')).toEqual(['read_note', 'a-b']);
  });

  it('offers keywords, builtins and the rules of the file', () => {
    const words = offered('my_rule := 1\n\nallow if s');
    expect(words).toEqual(expect.arrayContaining(['some', 'sprintf', 'startswith', 'my_rule', 'input']));
  });

  it('keeps silent in comments and strings, and where nothing was typed', () => {
    expect(offered('# input.')).toEqual([]);
    expect(offered('x := "input.')).toEqual([]);
    expect(offered('allow if ')).toEqual([]);
  });

  it('waits for data that is just being typed', () => {
    expect(stepsOfJson('{"a": ')([])).toEqual([]);
  });
});

describe('difference', () => {
  it.each([
    ['abc', 'abXc', { from: 2, to: 2, insert: 'X' }],
    ['aaa', 'aa', { from: 2, to: 3, insert: '' }],
    ['', 'new', { from: 0, to: 0, insert: 'new' }],
    ['one two', 'one three', { from: 5, to: 7, insert: 'hree' }],
  ])('of %j and %j', (before, after, change) => {
    expect(difference(before, after)).toEqual(change);
    expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
  });
});
