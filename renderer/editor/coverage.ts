// Beside the text: a bar at each line that was run or held, a cross at those that were not.
import {
  type EditorState,
  type Extension,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from '@codemirror/state';
import { gutter, GutterMarker } from '@codemirror/view';

export interface CoveredLines {
  /** What covers them: a run of the tests, or one input that was tried. */
  readonly by: 'tests' | 'try';
  readonly covered: readonly LineRange[];
  readonly notCovered: readonly LineRange[];
}
/** Both ends count, from 1. */
interface LineRange {
  readonly from: number;
  readonly to: number;
}

const titles = {
  tests: { yes: 'A test runs this line', no: 'No test runs this line' },
  try: { yes: 'It held for this input', no: 'It did not hold for this input' },
} as const;

class CoverageMarker extends GutterMarker {
  readonly #kind: 'yes' | 'no';
  readonly #title: string;

  constructor(by: CoveredLines['by'], kind: 'yes' | 'no') {
    super();
    this.#kind = kind;
    this.#title = titles[by][kind];
  }

  override eq(other: CoverageMarker): boolean {
    return other.#title === this.#title;
  }

  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.className = `cov-${this.#kind}`;
    mark.title = this.#title;
    return mark;
  }
}

const noMarks = RangeSet.of<GutterMarker>([]);

/** Null takes the marks away. */
export const setCoverage = StateEffect.define<CoveredLines | null>();

const field = StateField.define<RangeSet<GutterMarker>>({
  create: () => noMarks,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setCoverage))
        next = effect.value === null ? noMarks : marksOf(effect.value, transaction.state);
    }
    return next;
  },
});

function marksOf({ by, covered, notCovered }: CoveredLines, { doc }: EditorState): RangeSet<GutterMarker> {
  const byLine = new Map<number, GutterMarker>();
  const put = (ranges: readonly LineRange[], marker: GutterMarker) => {
    for (const { from, to } of ranges) {
      for (let line = from; line <= Math.min(to, doc.lines); line += 1) byLine.set(line, marker);
    }
  };
  put(covered, new CoverageMarker(by, 'yes'));
  put(notCovered, new CoverageMarker(by, 'no'));
  const builder = new RangeSetBuilder<GutterMarker>();
  for (const [line, marker] of [...byLine].sort(([a], [b]) => a - b)) {
    const { from } = doc.line(line);
    builder.add(from, from, marker);
  }
  return builder.finish();
}

export function coverageGutter(): Extension {
  return [field, gutter({ class: 'cov-gutter', markers: (view) => view.state.field(field) })];
}
