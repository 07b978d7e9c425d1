// Rego's urlquery builtins: Go's url.QueryEscape and its inverse.
import { RegoObject, RegoSet, isArray, type RegoValue } from '../rego-value.ts';
import { onTexts, type Builtins } from './builtin.ts';
import { decodePercent, encodePercent } from './percent.ts';

export const urlQueryBuiltins: Builtins = [
  ['urlquery.encode', onTexts((text = '') => encode(text))],
  ['urlquery.decode', onTexts((text = '') => decode(text))],
  ['urlquery.encode_object', (object = null) => encodeObject(object)],
  ['urlquery.decode_object', onTexts((text = '') => decodeObject(text))],
];

function encode(text: string): string {
  return encodePercent(text, / /u).replaceAll(' ', '+');
}

function decode(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Values are strings, or arrays or sets of them; keys come in order. */
function encodeObject(object: RegoValue): string | undefined {
  if (!(object instanceof RegoObject)) return undefined;
  const pairs: [key: string, text: string][] = [];
  for (const [key, value] of object.entries) {
    const texts = textsOf(value);
    if (typeof key !== 'string' || texts === undefined) return undefined;
    pairs.push(...texts.map((text): [string, string] => [key, text]));
  }
  pairs.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return pairs.map(([key, text]) => `${encode(key)}=${encode(text)}`).join('&');
}

function textsOf(value: RegoValue): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  const items = value instanceof RegoSet ? value.items : value;
  if (items === null || typeof items !== 'object' || !isArray(items)) return undefined;
  return items.every((item) => typeof item === 'string') ? items : undefined;
}

/** Every key with the list of its values. */
function decodeObject(text: string): RegoValue | undefined {
  const found = new Map<string, string[]>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    // Go refuses semicolons, which once stood for ampersands.
    if (part.includes(';')) return undefined;
    const equals = part.indexOf('=');
    const key = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? '' : part.slice(equals + 1));
    if (key === undefined || value === undefined) return undefined;
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  return new RegoObject([...found]);
}
