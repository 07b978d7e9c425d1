// The syntax trees are those of the real OPA.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { inputPathsIn } from '../../../../electron/gateway/policy/input-paths.ts';
import { folderOf, opa } from './places.ts';

/** The paths in a policy with these rules, as `a.b`; the whole input is the empty text. */
function pathsIn(rules: string, ...flags: string[]): string[] {
  const folder = folderOf({ 'p.rego': `package mcp.policy\n${rules}\n` });
  const output = execFileSync(opa, ['parse', '--format', 'json', ...flags, 'p.rego'], { cwd: folder });
  return inputPathsIn(JSON.parse(output.toString()))
    .map((path) => path.join('.'))
    .sort();
}

describe('the input paths of a policy', () => {
  it.each([
    ['what is named', 'a if input.arguments.path == "/etc"', ['arguments.path']],
    ['what is named as text', 'a if input["arguments"]["a.b"]', ['arguments.a.b']],
    ['each once', 'a if { input.tool == "x"; input.tool != "y" }', ['tool']],
    ['nothing where there is nothing', 'a := data.x', []],
    ['what follows `else` alone', 'a := 1 if input.x else := input.y', ['x', 'y']],
    ['heads', 'a[input.k] := input.v if true', ['k', 'v']],
    ['defaults of functions', 'default f(_) := 0\nf(x) := input.q if x', ['q']],
    ['negations', 'a if not input.bad', ['bad']],
    ['`every`', 'a if every v in input.all { v > input.least }', ['all', 'least']],
    ['`some … in`', 'a if { some x in input.list.of; x == input.y }', ['list.of', 'y']],
    ['comprehensions', 'a := {k: v | some k; v := input.o[k]; v != [1 | input.i]}', ['i', 'o']],
    ['membership', 'a if input.x in {input.y, 2}', ['x', 'y']],
    ['template strings', 'a := $"for {input.who}"', ['who']],
    ['rules that nothing asks for', 'decision := {"allow": true}\nother if input.x', ['x']],
  ])('hold %s', (_what, rules, paths) => {
    expect(pathsIn(rules)).toEqual(paths);
  });

  it.each([
    ['a variable', 'a if input.arguments[input.tool]', ['arguments', 'tool']],
    ['any member', 'a if input.arguments[_].x == 1', ['arguments']],
    ['a number', 'a if input.arguments.list[0].x == 1', ['arguments.list']],
    ['a call', 'a if input.arguments[lower("A")]', ['arguments']],
    ['a walk', 'a if { walk(input.arguments, [_, v]); v == 1 }', ['arguments']],
    ['an operand', 'a if object.get(input.arguments, "x", 0) == 1', ['arguments']],
    ['an argument', 'f(x) if x.y\na if f(input.request)', ['request']],
  ])('end at the last name before %s', (_what, rules, paths) => {
    expect(pathsIn(rules)).toEqual(paths);
  });

  it.each([
    ['a variable has it', 'a if { x := input; x.arguments.y }'],
    ['it is handed on', 'f(x) if x.y\na if f(input)'],
    ['it is walked', 'a if { walk(input, [_, v]); v == 1 }'],
    ['members are taken by a path', 'a if object.get(input, ["arguments", "x"], 0) == 1'],
    ['members are taken by a variable', 'a if input[_].x == 1'],
    ['it is unified', 'a if {"x": 1} = input'],
    ['it stands in a list', 'a := [input]'],
    ['it is printed', 'a := sprintf("%v", [input])'],
    ['it goes into another one', 'q if input.x\na if q with input as object.union(input, {"x": 1})'],
    ['a part of it is replaced', 'q if input.x\na if q with input.x.y as 1'],
    ['it is imported under another name', 'import input as i\na if i.arguments.x'],
  ])('are the whole input where %s', (_what, rules) => {
    expect(pathsIn(rules)).toContain('');
  });

  it('hold imported parts whole', () => {
    expect(pathsIn('import input.request.arguments as x\na if x.y')).toEqual(['request.arguments']);
  });

  it('are found in the style before v1 too', () => {
    const rules =
      'import input.request\ndeny[m] { input.x[_]; m := request.y }\nb = 1 { input.y } else = 2 { input.z }';
    expect(pathsIn(rules, '--v0-compatible')).toEqual(['request', 'x', 'y', 'z']);
  });
});
