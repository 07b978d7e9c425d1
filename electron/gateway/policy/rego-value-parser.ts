// Reads the text form of Rego values that `opa_value_dump` writes.
import { RegoNumber, RegoObject, RegoSet, type RegoValue } from './rego-value.ts';

const spaces = /[\s,]*/uy;
const scalar = /null|true|false|set\(\)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\]|\\.)*"/uy;

/** JSON and beyond: `{1, "a"}` and `set()` are sets, object keys may be anything. Throws on other text. */
export function parseRegoValue(text: string): RegoValue {
  let at = 0;
  const parsed = value();
  skip(spaces);
  if (at !== text.length) throw unexpected();
  return parsed;

  function value(): RegoValue {
    skip(spaces);
    if (text[at] === '[') return array();
    if (text[at] === '{') return objectOrSet();
    const word = skip(scalar);
    if (word === '') throw unexpected();
    switch (word) {
      case 'null':
        return null;
      case 'true':
      case 'false':
        return word === 'true';
      case 'set()':
        return new RegoSet([]);
      default:
        return word.startsWith('"') ? (JSON.parse(word) as string) : new RegoNumber(word);
    }
  }

  function array(): RegoValue {
    at += 1;
    const items: RegoValue[] = [];
    while (!closes(']')) items.push(value());
    return items;
  }

  function objectOrSet(): RegoValue {
    at += 1;
    const items: RegoValue[] = [];
    const entries: [RegoValue, RegoValue][] = [];
    while (!closes('}')) {
      const first = value();
      if (text[at] === ':') {
        at += 1;
        entries.push([first, value()]);
      } else {
        items.push(first);
      }
    }
    return items.length > 0 ? new RegoSet(items) : new RegoObject(entries);
  }

  function closes(bracket: string): boolean {
    skip(spaces);
    if (at >= text.length) throw unexpected();
    if (text[at] !== bracket) return false;
    at += 1;
    return true;
  }

  /** The text that the pattern matches here, which is then behind; empty where it does not match. */
  function skip(pattern: RegExp): string {
    pattern.lastIndex = at;
    const matched = pattern.exec(text)?.[0] ?? '';
    at += matched.length;
    return matched;
  }

  function unexpected(): Error {
    return new Error(`Not a Rego value at character ${at}`);
  }
}
