// What can be written next in Rego: fields of the input, keys of the data, builtins, keywords, words of this file.
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { PathStep, StepsBelow } from './paths.ts';
import { builtins, keywords } from './rego-words.ts';

/** Read when something is completed, so that data that was just edited counts. */
export interface KnownPaths {
  readonly input: StepsBelow;
  readonly data: () => StepsBelow;
}

const path = /\b(input|data)((?:\.\w+)*)\.(\w*)$/;
const plainName = /^[A-Za-z_]\w*$/;

const words: readonly Completion[] = [
  ...keywords.map((label) => ({ label, type: 'keyword' })),
  ...['true', 'false', 'null'].map((label) => ({ label, type: 'constant' })),
  ...['input', 'data'].map((label) => ({ label, type: 'namespace', boost: 1 })),
  ...builtins.map(({ name, takes }) =>
    snippetCompletion(`${name}(\${})`, { label: name, detail: takes, type: 'function', boost: -1 }),
  ),
  snippetCompletion('objections contains {"rule": "${my_rule}", "message": "${Why not}"} if {\n\t${}\n}', {
    label: 'objections',
    detail: 'a rule that speaks against a call',
    type: 'text',
  }),
];

export function completeRego(context: CompletionContext, known: KnownPaths): CompletionResult | null {
  const { name } = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (name === 'comment' || name === 'string') return null;
  const { from: lineStart, text } = context.state.doc.lineAt(context.pos);
  const before = text.slice(0, context.pos - lineStart);
  const [, root, steps = '', begun = ''] = path.exec(before) ?? [];
  if (root !== undefined) {
    const below = root === 'input' ? known.input : known.data();
    return {
      from: context.pos - begun.length,
      options: below(steps.split('.').filter((step) => step !== '')).map(ofStep),
      validFor: /^\w*$/,
    };
  }
  const typed = context.matchBefore(/[\w.]+/);
  if (typed === null && !context.explicit) return null;
  const from = typed?.from ?? context.pos;
  return { from, options: [...words, ...ownWords(context, from)], validFor: /^[\w.]*$/ };
}

/** Keys that are no names are written in brackets, in place of the dot. */
function ofStep({ name, type, about }: PathStep): Completion {
  const completion = {
    label: name,
    detail: type,
    type: 'property',
    ...(about === '' ? {} : { info: about }),
  };
  if (plainName.test(name)) return completion;
  const insert = `[${JSON.stringify(name)}]`;
  return {
    ...completion,
    apply: (view, _completion, from, to) =>
      view.dispatch({
        changes: { from: from - 1, to, insert },
        selection: { anchor: from - 1 + insert.length },
      }),
  };
}

/** Names of rules and functions that begin a line of this file. */
function ownWords(context: CompletionContext, typing: number): Completion[] {
  const names = new Set<string>();
  for (const match of context.state.doc.toString().matchAll(/^(?:default )?([a-z_]\w+)/gm)) {
    if (match[1] !== undefined && match.index !== typing) names.add(match[1]);
  }
  const known = new Set(words.map(({ label }) => label));
  return [...names]
    .filter((name) => !known.has(name))
    .map((label) => ({ label, type: 'variable', boost: 2 }));
}
