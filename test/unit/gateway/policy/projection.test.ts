import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../../../electron/gateway/policy/bundle.ts';
import { compilePolicies } from '../../../../electron/gateway/policy/compile.ts';
import { opaAt } from '../../../../electron/gateway/policy/opa.ts';
import { createProjection } from '../../../../electron/gateway/policy/projection.ts';
import { readSources } from '../../../../electron/gateway/policy/sources.ts';
import { instantiatePolicy, type WasmPolicy } from '../../../../electron/gateway/policy/wasm-policy.ts';
import { opa, shippedPolicies } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

describe('a projection', () => {
  const project = createProjection([['a', 'b'], ['a', 'c', 'd'], ['e'], ['__proto__', 'x'], ['toString']]);

  it('keeps what is asked for, and leaves out the rest', () => {
    const input = { a: { b: [1, { z: 1 }], c: { d: null, y: 2 }, x: 3 }, e: { f: 4 }, g: 5 };
    expect(project(input)).toEqual({ a: { b: [1, { z: 1 }], c: { d: null } }, e: { f: 4 } });
  });

  it('leaves out what no name leads into', () => {
    expect(project({ a: 'text', e: false })).toEqual({ e: false });
    expect(project({ a: [{ b: 1 }] })).toEqual({});
    expect(project({ a: { b: 1, c: null } })).toEqual({ a: { b: 1 } });
  });

  it('takes names for members, whatever they are called', () => {
    const input = JSON.parse('{"__proto__": {"x": 1, "y": 2}, "constructor": 3}') as object;
    expect(JSON.stringify(project(input))).toBe('{"__proto__":{"x":1}}');
  });

  it('is the input itself where all of it is asked for, or nobody knows what is', () => {
    const input = { a: 1 };
    expect(createProjection([['b'], []])(input)).toBe(input);
    expect(createProjection(null)(input)).toBe(input);
    expect(createProjection([])(input)).toEqual({});
  });

  it('keeps the whole of a part that is asked for both whole and by its members', () => {
    const both = createProjection([['a', 'b'], ['a'], ['a', 'c', 'd']]);
    expect(both({ a: { b: 1, z: 2 } })).toEqual({ a: { b: 1, z: 2 } });
  });
});

/** Ways to read an input, each alone; a list that nobody has to keep complete for the proxy to be sound. */
const corpus = [
  'decision := input.a.b',
  'decision := input.a.b.c',
  'decision := 1 if input.a.b.c == 1 else := input.b',
  'decision := 1 if not input.a.b else := 2 if input.b.c',
  'decision := {"k": k} if { some k; input.a[k] == 1 }\ndefault decision := 0',
  'decision := [x | some x in input.a.b]',
  'decision := {k: v | some k, v in input.a}',
  'decision := count(input.a)',
  'decision := object.get(input, ["a", "b"], "none")',
  'decision := object.get(input.a, "b", "none")',
  'decision := [p | walk(input.a, [p, v]); v == 1]',
  'decision := count([1 | walk(input, [_, v]); v == 1])',
  'decision := x.b if x := input.a',
  'decision := input.a[input.b]',
  'decision := input.a[0].b',
  'decision := input.a["0"]',
  'f(x) := x.a.b\ndecision := f(input)',
  'f(x) := [x, input.b.c]\ndecision := f(input.a)',
  'f(_) := input.c\ndecision := f(1)',
  'q := input.a\ndecision := x if x := q with input as input.b',
  'q := input.a.c\ndecision := x if x := q with input.a.b as 1',
  'q := input.a.b\ndecision := x if x := q with input.a.b as input.c',
  'q := data.x\ndecision := x if x := q with data.x as input.a.b',
  'decision := true if every x in input.a { x == input.b }\ndefault decision := false',
  'decision := true if "b" in object.keys(input.a)\ndefault decision := false',
  'decision := {k | some k; input[k] == 1}',
  'decision := x if {"b": x} = input.a',
  'decision := sprintf("%v %v", [input.a, input.b.c])',
  'decision := json.marshal(input.a)',
  'decision := $"{input.a} and {input.b.c}"',
  'm[k] := v if some k, v in input.a\ndecision := m.b',
  's contains input.a.b\ns contains input.b\ndecision := s',
  'import input.a as x\ndecision := x.b',
  'import input as i\ndecision := i.a.b',
  'decision := is_string(input.a)',
  'decision := input.a.b + 1',
  'decision := 1 if { input.a.b != input.c }\ndefault decision := 0',
];

const names = fc.constantFrom('a', 'b', 'c', '0', '__proto__');
const { input: inputs } = fc.letrec<{ value: unknown; input: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, 1, 'a', 'b', ''),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
  ),
  input: fc.dictionary(names, tie('value'), { minKeys: 3, maxKeys: 5 }),
}));

async function compiled(files: readonly { name: string; text: string }[]) {
  const built = await compilePolicies(opaAt(opa), files);
  if (!built.ok) throw new Error(JSON.stringify([files, built.failure]));
  const { wasm, question, inputPaths } = readBundle(built.value);
  expect(inputPaths).not.toBeNull();
  const instance = () => instantiatePolicy(new WebAssembly.Module(wasm), {});
  return { instance, entrypoint: question.entrypoint, project: createProjection(inputPaths) };
}

function outcome(policy: WasmPolicy, entrypoint: string, input: object): unknown {
  try {
    return policy.evaluate(entrypoint, input, 0);
  } catch (error) {
    return String(error);
  }
}

describe('what a policy says of a projected input is what it says of the whole', () => {
  it.each(corpus)('%s', async (rules) => {
    const { instance, entrypoint, project } = await compiled([
      { name: 'p.rego', text: `package mcp.policy\n${rules}\n` },
    ]);
    let policy = instance();
    const said = new Set<string>();
    for (const input of fc.sample(inputs, { numRuns: 400, seed: 7 })) {
      const ofWhole = outcome(policy, entrypoint, input);
      const ofPart = outcome(policy, entrypoint, project(input));
      expect({ input, said: ofPart }).toEqual({ input, said: ofWhole });
      said.add(JSON.stringify(ofWhole));
      if (typeof ofWhole === 'string') policy = instance();
    }
    // Otherwise the inputs would show nothing.
    expect(said.size).toBeGreaterThan(1);
  });

  it('which for the shipped policies is next to nothing', async () => {
    const sources = await readSources(shippedPolicies);
    const { project } = await compiled(sources.ok ? sources.value.files : []);
    const input = { request: { tool: 't', arguments: { a: 1 } }, arguments: { a: 1 }, agent: { id: 'x' } };
    expect(project(input)).toEqual({ request: { tool: 't' }, agent: { id: 'x' } });
  });
});
