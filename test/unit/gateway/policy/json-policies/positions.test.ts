import { describe, expect, it } from 'vitest';
import {
  positionOf,
  positionOfSyntaxError,
} from '../../../../../electron/gateway/policy/json-policies/positions.ts';

const text = `{
  "name": "desk",
\t"rules": [
    {"id": "a", "conditions": {"any": [{"tool": "x"},
      {"tols": "y"}]}}
  ]
}`;

describe('the position of something in JSON', () => {
  it.each([
    [['name'], 2, 3],
    [['rules', 0, 'id'], 4, 6],
    [['rules', 0, 'conditions', 'any', 1, 'tols'], 5, 8],
    [['rules', 0], 4, 5],
    [[], 1, 1],
  ])('%j is that of its key', (path, line, column) => {
    expect(positionOf(text, path)).toEqual({ line, column });
  });

  it('is that of what it would stand in, where it is missing', () => {
    expect(positionOf(text, ['rules', 0, 'action'])).toEqual({ line: 4, column: 5 });
    expect(positionOf('[]', ['rules', 0, 'action'])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['{\n  "a" 1}', 2, 7],
    ['{\n  "a": [', 2, 9],
    ['', 1, 1],
  ])('of a mistake in %j is told by the parser, or else the end', (wrong, line, column) => {
    let message = '';
    try {
      JSON.parse(wrong);
    } catch (error) {
      message = String(error);
    }
    expect(positionOfSyntaxError(wrong, message)).toEqual({ line, column });
  });
});
