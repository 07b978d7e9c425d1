import { describe, expect, it } from 'vitest';
import { readingRules, unreadKeys, writtenData } from '../../../../renderer/state/policies/tool-rules.ts';

const policies = [
  { name: 'a.rego', text: 'package p\n\n# Why\nask if x in data.ask_tools\n\nother := 1\n' },
  { name: 'b.rego', text: 'package p\n\ndeny if {\n\tx in data.blocked_tools\n}' },
];

describe('the rules behind the lists of tools', () => {
  it('are those that read them, with their comments and their places', () => {
    expect(readingRules(policies)).toEqual([
      { file: 'a.rego', line: 3, text: '# Why\nask if x in data.ask_tools' },
      { file: 'b.rego', line: 3, text: 'deny if {\n\tx in data.blocked_tools\n}' },
    ]);
  });

  it('may leave lists unread', () => {
    expect(unreadKeys(policies)).toEqual(['tool_capabilities']);
  });

  it('are shown with what they read alone', () => {
    expect(JSON.parse(writtenData({ ask_tools: ['x'], rate_limits: {} }))).toEqual({ ask_tools: ['x'] });
  });
});
