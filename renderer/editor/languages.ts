// Rego and JSON as the editor reads them: piece by piece, enough for colours, brackets, comments and indentation.
import { StreamLanguage, type StreamParser, type StringStream } from '@codemirror/language';
import { builtins, keywords } from './rego-words.ts';

const keywordSet = new Set<string>(keywords);
const builtinSet = new Set(builtins.map(({ name }) => name));
const literals = new Set(['true', 'false', 'null']);
const word = /^[A-Za-z_]\w*/;
const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/;

interface RegoState {
  /** Inside a raw string that began on an earlier line. */
  raw: boolean;
  /** Brackets that are open. */
  depth: number;
}

const regoParser: StreamParser<RegoState> = {
  name: 'rego',
  startState: () => ({ raw: false, depth: 0 }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (state.raw) return rawString(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match('#')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('`')) return rawString(stream, state);
    if (stream.peek() === '"') return quotedString(stream);
    if (stream.match(number)) return 'number';
    if (stream.match(word)) return wordKind(stream);
    countBrackets(stream, state);
    return null;
  },
  indent: (state, after, { unit }) => unit * Math.max(0, state.depth - (/^[\])}]/.test(after) ? 1 : 0)),
  languageData: {
    commentTokens: { line: '#' },
    closeBrackets: { brackets: ['(', '[', '{', '"', '`'] },
    indentOnInput: /^\s*[\])}]$/,
  },
};

function rawString(stream: StringStream, state: RegoState): string {
  state.raw = !stream.skipTo('`');
  if (state.raw) stream.skipToEnd();
  else stream.next();
  return 'string';
}

/** A string ends with its line at the latest: the line after it is not coloured for a quote that is missing. */
function quotedString(stream: StringStream): string {
  if (!stream.match(/^"(?:\\.|[^"\\])*"/)) stream.skipToEnd();
  return 'string';
}

function wordKind(stream: StringStream): string | null {
  const first = stream.current();
  const afterDot = stream.string[stream.start - 1] === '.';
  if (afterDot) return null;
  if (literals.has(first)) return 'atom';
  if (first === 'input' || first === 'data') return 'self';
  if (stream.match(/^(?:\.\w+)+(?=\()/, false)) {
    const dotted = /^(?:\.\w+)+/.exec(stream.string.slice(stream.pos))?.[0] ?? '';
    if (builtinSet.has(first + dotted)) {
      stream.match(dotted);
      return 'macroName';
    }
  }
  const called = stream.peek() === '(';
  if (called && builtinSet.has(first)) return 'macroName';
  return keywordSet.has(first) ? 'keyword' : null;
}

function countBrackets(stream: StringStream, state: { depth: number }): void {
  const next = stream.next() ?? '';
  if ('([{'.includes(next)) state.depth += 1;
  else if (')]}'.includes(next)) state.depth = Math.max(0, state.depth - 1);
}

const jsonParser: StreamParser<{ depth: number }> = {
  name: 'json',
  startState: () => ({ depth: 0 }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (stream.eatSpace()) return null;
    if (stream.peek() === '"') {
      quotedString(stream);
      return stream.match(/^\s*:/, false) ? 'propertyName' : 'string';
    }
    if (stream.match(number)) return 'number';
    if (stream.match(word)) return literals.has(stream.current()) ? 'atom' : null;
    countBrackets(stream, state);
    return null;
  },
  indent: (state, after, { unit }) => unit * Math.max(0, state.depth - (/^[\]}]/.test(after) ? 1 : 0)),
  languageData: {
    closeBrackets: { brackets: ['[', '{', '"'] },
    indentOnInput: /^\s*[\]}]$/,
  },
};

/** Of which nothing is known. */
const textParser: StreamParser<null> = {
  name: 'text',
  token(stream) {
    stream.skipToEnd();
    return null;
  },
};

export type LanguageName = 'rego' | 'json' | 'text';

export const languages: Readonly<Record<LanguageName, StreamLanguage<unknown>>> = {
  rego: StreamLanguage.define(regoParser),
  json: StreamLanguage.define(jsonParser),
  text: StreamLanguage.define(textParser),
};
