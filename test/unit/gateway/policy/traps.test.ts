// Arguments with which compiled policies were seen to go wrong: each has to be decided, quickly, or be denied.
import { performance } from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import { call, engineOn } from './engines.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

describe('a policy that denies by a list', () => {
  it('does not let half a character pass it', async () => {
    const { decide } = await engineOn(
      'package mcp.policy\ndeny if contains(input.arguments.text, "secret")\n',
    );
    for (const half of ['\ud800', '\udc00', 'a\ud83d', '\udc00\ud800']) {
      expect(decide(call('t', { text: `${half}secret` })).allow, JSON.stringify(half)).toBe(false);
    }
    expect(decide(call('t', { text: 'plain' })).allow).toBe(true);
  });

  it('denies what is nested too deeply to be read, and decides the next call', async () => {
    const { decide } = await engineOn(
      'package mcp.policy\ndeny if count(input.arguments) > 1\ndeny if "no" in object.keys(input.arguments)\n',
    );
    let endless: object = {};
    for (let level = 0; level < 200_000; level += 1) endless = { a: endless };
    expect(decide(call('t', {}, { arguments: endless as Call['arguments'] }))).toMatchObject({
      allow: false,
      matchedRule: 'evaluation_error',
    });
    expect(decide(call('t', { a: 1 })).allow).toBe(true);
    expect(decide(call('t', { a: 1, b: 1 })).allow).toBe(false);
  });

  it('is not held up by an expression that takes JavaScript forever', async () => {
    const { decide } = await engineOn(
      'package mcp.policy\ndeny if regex.match("^(a+)+$", input.arguments.text)\n',
    );
    const started = performance.now();
    expect(decide(call('t', { text: `${'a'.repeat(20_000)}!` })).allow).toBe(true);
    expect(decide(call('t', { text: 'a'.repeat(20_000) })).allow).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    'count(regex.split("^(a+)+$", input.arguments.text)) == 1',
    'regex.replace(input.arguments.text, "^(a+)+$", "") != ""',
    'count(regex.find_n("^(a|a)*$", input.arguments.text, -1)) == 0',
    'count(regex.find_all_string_submatch_n("(a*)*b", input.arguments.text, -1)) == 0',
    'not regex.template_match("<(a+)+>", input.arguments.text, "<", ">")',
  ])('nor by %s', async (expression) => {
    const { decide, problem } = await engineOn(`package mcp.policy\ndeny if ${expression}\n`);
    expect(problem).toBeNull();
    const started = performance.now();
    expect(decide(call('t', { text: `${'a'.repeat(20_000)}!` })).allow).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each(['regex.globs_match("a*", input.tool)', 'http.send({"method": "get", "url": input.tool})'])(
    'is refused where it would call %s',
    async (expression) => {
      const { problem } = await engineOn(`package mcp.policy\ndeny if ${expression}\n`);
      expect(problem).toMatch(/^policy\.rego:2:9: the builtin function [\w.]+ can't be used/u);
    },
  );
});
