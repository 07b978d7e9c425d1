// The guess whether a call reads or writes, for the counters that policies see.
import { describe, expect, it } from 'vitest';
import { effectOf, type Effect } from '../../../../electron/gateway/router/effect.ts';

describe('the effect of a tool call', () => {
  it.each<[string, Effect]>([
    ['read_file', 'read'],
    ['readFile', 'read'],
    ['ReadFile', 'read'],
    ['READ', 'read'],
    ['get-user', 'read'],
    ['list', 'read'],
    ['search.code', 'read'],
    ['write_file', 'write'],
    ['createIssue', 'write'],
    ['delete', 'write'],
    ['send_email', 'write'],
    ['ready', 'other'],
    ['getaway', 'other'],
    ['settle', 'other'],
    ['file_read', 'other'],
    ['', 'other'],
  ])('%s is %s', (tool, effect) => {
    expect(effectOf({ method: 'tools/call', tool })).toBe(effect);
  });

  it('is a read for resources, and nothing for all else', () => {
    expect(effectOf({ method: 'resources/read', tool: null })).toBe('read');
    expect(effectOf({ method: 'prompts/get', tool: 'read_it' })).toBe('other');
    expect(effectOf({ method: 'tools/list', tool: null })).toBe('other');
  });
});
