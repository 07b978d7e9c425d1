// Rego's builtins over strings that WebAssembly lacks. Positions and lengths count characters, not UTF-16 units.
import type { RegoValue } from '../rego-value.ts';
import { elementsOf, onTexts, regoInteger, smallInteger, type Builtins } from './builtin.ts';

/** Whether any of the strings begins with any of the prefixes; each operand is a string, an array or a set. */
export function anyPrefixMatch(strings: RegoValue, prefixes: RegoValue): boolean | undefined {
  return anyMatch(strings, prefixes, (text, prefix) => text.startsWith(prefix));
}

export function anySuffixMatch(strings: RegoValue, suffixes: RegoValue): boolean | undefined {
  return anyMatch(strings, suffixes, (text, suffix) => text.endsWith(suffix));
}

export const stringBuiltins: Builtins = [
  ['strings.any_prefix_match', (strings = null, prefixes = null) => anyPrefixMatch(strings, prefixes)],
  ['strings.any_suffix_match', (strings = null, suffixes = null) => anySuffixMatch(strings, suffixes)],
  ['strings.count', onTexts((text = '', part = '') => regoInteger(count(text, part)))],
  ['strings.split_n', splitN],
  ['indexof_n', onTexts((text = '', part = '') => indexes(text, part))],
  ['glob.quote_meta', onTexts((text = '') => text.replaceAll(/[*?\\[\]{}]/gu, String.raw`\$&`))],
];

function anyMatch(
  strings: RegoValue,
  affixes: RegoValue,
  matches: (text: string, affix: string) => boolean,
): boolean | undefined {
  const texts = stringsOf(strings);
  const ends = stringsOf(affixes);
  return texts && ends && texts.some((text) => ends.some((affix) => matches(text, affix)));
}

/** Undefined where something else than a string is among them. */
function stringsOf(operand: RegoValue): readonly string[] | undefined {
  if (typeof operand === 'string') return [operand];
  const items = elementsOf(operand);
  return items?.every((item) => typeof item === 'string') === true ? items : undefined;
}

/** How often the part stands in the text without overlap; an empty one stands around every character. */
function count(text: string, part: string): number {
  return part === '' ? Array.from(text).length + 1 : text.split(part).length - 1;
}

/** Where the part begins, overlapping places included. */
function indexes(text: string, part: string): RegoValue | undefined {
  if (part === '') return undefined;
  const found: RegoValue[] = [];
  let position = 0;
  let unit = 0;
  for (const character of text) {
    if (text.startsWith(part, unit)) found.push(regoInteger(position));
    position += 1;
    unit += character.length;
  }
  return found;
}

/** The first pieces, as many as `limit` says; the last ones where it is negative. */
function splitN(text?: RegoValue, delimiter?: RegoValue, limit?: RegoValue): RegoValue | undefined {
  const count = smallInteger(limit);
  if (typeof text !== 'string' || typeof delimiter !== 'string' || count === undefined) return undefined;
  const pieces = delimiter === '' ? Array.from(text) : text.split(delimiter);
  return count < 0 ? pieces.slice(count) : pieces.slice(0, count);
}
