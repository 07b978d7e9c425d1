import { describe, expect, it } from 'vitest';
import {
  answerFor,
  parseData,
  toolRules,
  withAnswer,
  withCapability,
} from '../../../../renderer/state/policies/tool-lists.ts';

const data = {
  tool_capabilities: { read_note: 'read:notes' },
  ask_tools: ['send_*'],
  blocked_tools: ['*_all', 'wipe'],
  rate_limits: { default: 5 },
};
const ruleOf = (tool: string, of: Record<string, unknown> = data) => {
  const rule = toolRules(of, [tool]).find((one) => one.tool === tool);
  return rule ?? expect.fail();
};

describe('toolRules', () => {
  it('lists what the data names and what was seen, by name', () => {
    expect(toolRules(data, ['list_notes']).map(({ tool }) => tool)).toEqual([
      '*_all',
      'list_notes',
      'read_note',
      'send_*',
      'wipe',
    ]);
  });

  it.each([
    ['wipe', 'deny', null],
    ['delete_all', 'deny', '*_all'],
    ['send_note', 'ask', 'send_*'],
    ['send_all', 'deny', '*_all'],
    ['read_note', 'allow', null],
  ])('knows what becomes of %s', (tool, answer, decidedBy) => {
    expect(ruleOf(tool)).toMatchObject({ answer, decidedBy });
  });
});

describe('withAnswer', () => {
  it('moves a tool between the lists, and leaves all else alone', () => {
    const denied = withAnswer(data, 'read_note', 'deny');
    expect(denied).toEqual({ ...data, blocked_tools: ['*_all', 'wipe', 'read_note'] });
    const asked = withAnswer(denied, 'read_note', 'ask');
    expect(asked).toEqual({ ...data, ask_tools: ['send_*', 'read_note'] });
    expect(withAnswer(asked, 'read_note', 'allow')).toEqual(data);
  });

  it('makes the lists where there are none', () => {
    expect(withAnswer({}, 'x', 'deny')).toEqual({ blocked_tools: ['x'], ask_tools: [] });
  });
});

describe('withCapability', () => {
  it('sets and takes away what a tool needs', () => {
    expect(withCapability({}, 'x', 'do:x')).toEqual({ tool_capabilities: { x: 'do:x' } });
    expect(withCapability(data, 'read_note', '').tool_capabilities).toEqual({});
  });
});

describe('answerFor', () => {
  it.each([
    ['read:notes', 'allow'],
    ['read:*', 'allow'],
    ['*', 'allow'],
    ['read:note', 'deny'],
    ['write:*', 'deny'],
  ])('an agent with %s: %s', (granted, answer) => {
    expect(answerFor(data, ruleOf('read_note'), { id: 'a', capabilities: [granted] })).toBe(answer);
  });

  it('asks where it is asked about, and denies blocked agents', () => {
    const agent = { id: 'a', capabilities: [] };
    expect(answerFor(data, ruleOf('send_note'), agent)).toBe('ask');
    expect(answerFor({ ...data, blocked_agents: ['a'] }, ruleOf('send_note'), agent)).toBe('deny');
  });
});

describe('parseData', () => {
  it.each(['', '[]', '{"a"', 'null'])('is null for %j', (json) => expect(parseData(json)).toBeNull());
});
