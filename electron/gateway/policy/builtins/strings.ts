// Rego's strings.any_prefix_match and strings.any_suffix_match.
import { isArray, RegoSet, type RegoValue } from '../rego-value.ts';

/** Whether any of the strings begins with any of the prefixes; each operand is a string, an array or a set. */
export function anyPrefixMatch(strings: RegoValue, prefixes: RegoValue): boolean | undefined {
  return anyMatch(strings, prefixes, (text, prefix) => text.startsWith(prefix));
}

export function anySuffixMatch(strings: RegoValue, suffixes: RegoValue): boolean | undefined {
  return anyMatch(strings, suffixes, (text, suffix) => text.endsWith(suffix));
}

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
  const items = operand instanceof RegoSet ? operand.items : operand;
  if (items === null || typeof items !== 'object' || !isArray(items)) return undefined;
  return items.every((item) => typeof item === 'string') ? items : undefined;
}
