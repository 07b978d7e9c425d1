// Two versions of a text as one: what was taken out struck through above what came in.
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import { shadowOf } from './code-editor.ts';
import { highlight } from './highlight.ts';
import { type LanguageName, languages } from './languages.ts';
import { theme } from './theme.ts';

export interface DiffSetup {
  readonly label: string;
  readonly language: LanguageName;
  readonly before: string;
  readonly after: string;
}

/** @returns takes it away. */
export function showDiff(host: HTMLElement, { label, language, before, after }: DiffSetup): () => void {
  const root = shadowOf(host);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: after,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        languages[language],
        highlight(),
        EditorState.readOnly.of(true),
        EditorState.tabSize.of(4),
        unifiedMergeView({
          original: before,
          mergeControls: false,
          syntaxHighlightDeletions: false,
          collapseUnchanged: { margin: 2, minSize: 3 },
        }),
        theme,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    }),
  });
  return () => view.destroy();
}
