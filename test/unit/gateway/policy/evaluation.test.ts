import { performance } from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../../../electron/gateway/policy/bundle.ts';
import { compilePolicies } from '../../../../electron/gateway/policy/compile.ts';
import { opaAt } from '../../../../electron/gateway/policy/opa.ts';
import { buildInput } from '../../../../electron/gateway/policy/input.ts';
import { readSources } from '../../../../electron/gateway/policy/sources.ts';
import { instantiatePolicy } from '../../../../electron/gateway/policy/wasm-policy.ts';
import { call, engine, engineOn } from './engines.ts';
import { opa, shippedData, shippedPolicies } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const surroundings = { environment: 'test', proxyRegion: '' };

async function shippedInstance() {
  const sources = await readSources(shippedPolicies);
  const compiled = sources.ok ? await compilePolicies(opaAt(opa), sources.value.files) : sources;
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.failure));
  const { wasm, question } = readBundle(compiled.value);
  const policy = instantiatePolicy(new WebAssembly.Module(wasm), {});
  return {
    ...policy,
    evaluate: (input: object, at: number) => policy.evaluate(question.entrypoint, input, at),
  };
}

describe('evaluation', () => {
  it('does not make the memory of an instance grow', async () => {
    const policy = await shippedInstance();
    const evaluate = (times: number) => {
      for (let index = 0; index < times; index += 1) {
        const args = { path: `/tmp/${index}`, text: 'x'.repeat(index % 2000) };
        policy.evaluate(buildInput(call('write_note', args), surroundings), index);
      }
    };
    evaluate(2000);
    const before = policy.grownBytes();
    // A million takes half a minute: `MCP_LONG_TESTS=1`.
    evaluate(process.env.MCP_LONG_TESTS === undefined ? 20_000 : 1_000_000);
    expect(policy.grownBytes()).toBe(before);
  }, 300_000);

  it('throws on an input that it can not read, instead of taking it for none', async () => {
    const policy = await shippedInstance();
    expect(() => policy.evaluate({ toJSON: () => undefined }, 0)).toThrow();
  });

  it('of one huge call costs memory until the instance is replaced', async () => {
    const policy = await shippedInstance();
    policy.evaluate(buildInput(call('write_note', { text: 'x'.repeat(8_000_000) }), surroundings), 0);
    expect(policy.grownBytes()).toBeGreaterThan(8_000_000);
    // The engine replaces it by itself, and decides as before.
    const { decide, logged } = await engineOn('package mcp.policy\ndeny if input.arguments.text == "no"\n');
    expect(decide(call('write_note', { text: 'x'.repeat(12_000_000) })).allow).toBe(true);
    expect(decide(call('write_note', { text: 'no' })).allow).toBe(false);
    expect(logged.filter(({ event }) => event === 'policy_instance_replaced')).toHaveLength(1);
  });

  it('is quick', async () => {
    const { decide } = await engine({ policyDir: shippedPolicies, dataFile: shippedData });
    for (const [size, times] of [
      [200, 5000],
      [20_000, 500],
    ] as const) {
      const typical = call('read_note', { text: 'x'.repeat(size) });
      for (let index = 0; index < times; index += 1) decide(typical);
      const start = performance.now();
      for (let index = 0; index < times; index += 1) decide(typical);
      const each = ((performance.now() - start) * 1000) / times;
      console.log(`a decision on ${size} B of arguments: ${each.toFixed(1)} µs`);
    }
    expect(decide(call('read_note')).allow).toBe(true);
  });
});
