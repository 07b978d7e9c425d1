// Rego's regex builtins that WebAssembly lacks, by RE2: as Go has it, and in time that grows with expression and text alone.
import { RE2JS, RE2JSException } from 're2js';
import type { RegoValue } from '../rego-value.ts';
import { onTexts, smallInteger, type Builtins } from './builtin.ts';

/** Expressions that stay compiled. */
const kept = 100;

/** Where the match and its groups begin and end, by turns; -1 for a group that took no part. */
type Places = readonly number[];

/** Each set of these keeps the expressions that it has compiled. */
export function createRegexBuiltins(): Builtins {
  const compiled = new Map<string, RE2JS>();

  /** Undefined where Go would not take the expression. */
  function expressionOf(pattern: string): RE2JS | undefined {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    const made = compile(pattern);
    if (made === undefined) return undefined;
    const [oldest] = compiled.keys();
    if (compiled.size >= kept && oldest !== undefined) compiled.delete(oldest);
    compiled.set(pattern, made);
    return made;
  }

  return [
    [
      'regex.find_n',
      (pattern, text, limit) => {
        const most = smallInteger(limit);
        if (typeof pattern !== 'string' || typeof text !== 'string' || most === undefined) return undefined;
        const expression = expressionOf(pattern);
        return expression && matches(expression, text, most).map((places) => part(text, places, 0));
      },
    ],
    [
      'regex.split',
      onTexts((pattern = '', text = '') => {
        const expression = expressionOf(pattern);
        return expression && split(expression, text);
      }),
    ],
    [
      'regex.replace',
      onTexts((text = '', pattern = '', template = '') => {
        const expression = expressionOf(pattern);
        return expression && replace(expression, text, template);
      }),
    ],
    [
      'regex.template_match',
      onTexts((template = '', text = '', open = '', close = '') => {
        const pattern = templatePattern(template, open, close);
        return pattern === undefined ? undefined : expressionOf(pattern)?.test(text);
      }),
    ],
  ];
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    // Go takes it, RE2JS does not: what differs in meaning is no reason to go on.
    if (error instanceof RE2JSException && !error.message.includes('duplicate')) return undefined;
    throw error;
  }
}

/** @param most how many at most; all where it is negative */
function matches(expression: RE2JS, text: string, most = -1): readonly Places[] {
  if (most === 0) return [];
  return (expression.re2().findAllSubmatchIndex(text, most) as readonly Places[] | null) ?? [];
}

/** Empty for a group that took no part. */
function part(text: string, places: Places, group: number): string {
  const [from = -1, to = -1] = places.slice(2 * group, 2 * group + 2);
  return from < 0 ? '' : text.slice(from, to);
}

/** https://pkg.go.dev/regexp#Regexp.Split, without a limit. */
function split(expression: RE2JS, text: string): RegoValue {
  if (text === '' && expression.pattern() !== '') return [''];
  const pieces: string[] = [];
  let from = 0;
  let end = 0;
  for (const [begin = 0, next = 0] of matches(expression, text)) {
    end = begin;
    if (next !== 0) pieces.push(text.slice(from, begin));
    from = next;
  }
  if (end !== text.length) pieces.push(text.slice(from));
  return pieces;
}

function replace(expression: RE2JS, text: string, template: string): string {
  const groups = expression.namedGroups();
  let replaced = '';
  let at = 0;
  for (const places of matches(expression, text)) {
    const [from = 0, to = 0] = places;
    replaced += text.slice(at, from) + expand(template, text, places, groups);
    at = to;
  }
  return replaced + text.slice(at);
}

/** https://pkg.go.dev/regexp#Regexp.Expand: `$1`, `$name`, `${name}` and `$$`; a name is as long as it can be. */
function expand(
  template: string,
  text: string,
  places: Places,
  groups: Readonly<Record<string, number>>,
): string {
  return template.replaceAll(
    /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (_, dollar?: string, bare?: string, braced?: string) => {
      if (dollar !== undefined) return '$';
      const name = bare ?? braced ?? '';
      const group = /^(?:0|[1-9]\d{0,8})$/u.test(name) ? Number(name) : groups[name];
      return group === undefined ? '' : part(text, places, group);
    },
  );
}

/** Literal text with expressions between delimiters of one byte each; undefined where these don't pair. */
function templatePattern(template: string, open: string, close: string): string | undefined {
  if (Buffer.byteLength(open) !== 1 || Buffer.byteLength(close) !== 1) return undefined;
  let pattern = '';
  let depth = 0;
  let from = 0;
  for (const [at, character] of template.split('').entries()) {
    if (character === open) {
      depth += 1;
      if (depth > 1) continue;
      pattern += quote(template.slice(from, at));
      from = at + 1;
    } else if (character === close) {
      depth -= 1;
      if (depth < 0) return undefined;
      if (depth > 0) continue;
      const inner = template.slice(from, at);
      if (compile(`^${inner}$`) === undefined) return undefined;
      pattern += `(${inner})`;
      from = at + 1;
    }
  }
  return depth === 0 ? `^${pattern}${quote(template.slice(from))}$` : undefined;
}

/** https://pkg.go.dev/regexp#QuoteMeta */
function quote(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/gu, String.raw`\$&`);
}
