// One editor in a shadow root, where its styles need no permission of the page's security policy.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyField, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { completeRego, type KnownPaths } from './completion.ts';
import { type CoveredLines, coverageGutter, setCoverage } from './coverage.ts';
import { highlight } from './highlight.ts';
import { type LanguageName, languages } from './languages.ts';
import { theme } from './theme.ts';

/** Something wrong in the text; lines and columns count from 1. */
export interface CodeProblem {
  readonly line: number;
  readonly column: number | null;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface CodeEditorSetup {
  readonly label: string;
  readonly language: LanguageName;
  readonly paths: KnownPaths;
  /** The number of its first line, where the text is a piece of a file. */
  readonly firstLine?: number;
  /** Called with the whole text after each edit by the user, and by nobody else. Null: nobody may edit it. */
  readonly onedit: ((text: string) => void) | null;
}

export interface CodeEditor {
  /** Takes over a text that was changed elsewhere, as one step that can be undone. */
  setText(text: string): void;
  setProblems(problems: readonly CodeProblem[]): void;
  setCoverage(lines: CoveredLines | null): void;
  /** Puts the cursor there, in sight, with the focus. */
  goTo(line: number, column: number | null): void;
  focus(): void;
  /** @returns what a later editor of this text can begin with: cursor and undo history. */
  close(): EditorMemory;
}

/** Plain data. */
export type EditorMemory = unknown;

const remembered = { history: historyField };
const fromOutside = Annotation.define<true>();

export function shadowOf(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: 'open' });
}

export function createCodeEditor(
  host: HTMLElement,
  text: string,
  setup: CodeEditorSetup,
  memory?: EditorMemory,
): CodeEditor {
  const root = shadowOf(host);
  const extensions = extensionsOf(setup);
  const view = new EditorView({
    root,
    parent: root,
    state:
      memory === undefined
        ? EditorState.create({ doc: text, extensions })
        : EditorState.fromJSON(memory, { extensions }, remembered),
  });
  function setText(next: string): void {
    const before = view.state.doc.toString();
    if (before === next) return;
    view.dispatch({ changes: difference(before, next), annotations: fromOutside.of(true) });
  }
  setText(text);
  return {
    setText,
    setProblems(problems) {
      const { state } = view;
      view.dispatch(
        setDiagnostics(
          state,
          problems.map((problem) => placed(state, problem)),
        ),
      );
    },
    setCoverage: (lines) => view.dispatch({ effects: setCoverage.of(lines) }),
    goTo(line, column) {
      const anchor = positionOf(view.state, line, column);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    close() {
      view.destroy();
      return view.state.toJSON(remembered) as unknown;
    },
  };
}

function extensionsOf({ label, language, paths, onedit, firstLine = 1 }: CodeEditorSetup): Extension[] {
  return [
    lineNumbers({ formatNumber: (line) => String(line + firstLine - 1) }),
    onedit === null ? EditorView.lineWrapping : [coverageGutter(), lintGutter()],
    history(),
    highlightSpecialChars(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of(language === 'rego' ? '\t' : '  '),
    EditorState.tabSize.of(4),
    bracketMatching(),
    closeBrackets(),
    onedit === null ? [] : [highlightActiveLine(), highlightActiveLineGutter()],
    highlightSelectionMatches(),
    search({ top: true }),
    languages[language],
    highlight(),
    language === 'rego'
      ? autocompletion({ override: [(context) => completeRego(context, paths)], icons: false })
      : [],
    theme,
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      { key: 'Alt-/', run: startCompletion },
      ...searchKeymap,
      ...historyKeymap,
      ...lintKeymap,
      ...(onedit === null ? [] : [indentWithTab]),
      // This one runs the tests here.
      ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
    ]),
    EditorState.readOnly.of(onedit === null),
    EditorView.contentAttributes.of(
      onedit === null
        ? { 'aria-label': label, 'aria-readonly': 'true' }
        : { 'aria-label': `${label}. Tab indents; press Escape and then Tab to leave the editor.` },
    ),
    EditorView.updateListener.of(({ docChanged, transactions, state }) => {
      if (!docChanged || transactions.some((one) => one.annotation(fromOutside) === true)) return;
      onedit?.(state.doc.toString());
    }),
  ];
}

/** The one span in which two texts differ, so that the cursor and the marks outside it stay where they are. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

function positionOf({ doc }: EditorState, line: number, column: number | null): number {
  const { from, length } = doc.line(Math.max(1, Math.min(line, doc.lines)));
  return from + Math.min(length, Math.max(0, (column ?? 1) - 1));
}

/** A problem marks the word that it begins at, or the line where no column is known. */
function placed(state: EditorState, { line, column, severity, message }: CodeProblem): Diagnostic {
  const start = positionOf(state, line, column);
  const { to: lineEnd, text, from: lineStart } = state.doc.lineAt(start);
  const word = /^[\w.]+/.exec(text.slice(start - lineStart))?.[0] ?? '';
  const from = column === null ? lineStart + (text.length - text.trimStart().length) : start;
  const to = column === null ? lineEnd : Math.min(lineEnd, start + Math.max(1, word.length));
  return { from, to: Math.max(from, to), severity, message };
}
