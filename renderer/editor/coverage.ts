// Coverage beside the text: a bar at each line that a test has run, a gap with a cross at those that none has.
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
  readonly covered: readonly LineRange[];
  readonly notCovered: readonly LineRange[];
}
/** Both ends count, from 1. */
interface LineRange {
  readonly from: number;
  readonly to: number;
}

class CoverageMarker extends GutterMarker {
  readonly #covered: boolean;
  constructor(covered: boolean) {
    super();
    this.#covered = covered;
  }
  override eq(other: CoverageMarker): boolean {
    return other.#covered === this.#covered;
  }
  override toDOM(): Node {
    const mark = document.createElement('span');
    mark.className = this.#covered ? 'cov-yes' : 'cov-no';
    mark.title = this.#covered ? 'A test runs this line' : 'No test runs this line';
    return mark;
  }
}
const yes = new CoverageMarker(true);
const no = new CoverageMarker(false);

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

function marksOf({ covered, notCovered }: CoveredLines, { doc }: EditorState): RangeSet<GutterMarker> {
  const byLine = new Map<number, GutterMarker>();
  const put = (ranges: readonly LineRange[], marker: GutterMarker) => {
    for (const { from, to } of ranges) {
      for (let line = from; line <= Math.min(to, doc.lines); line += 1) byLine.set(line, marker);
    }
  };
  put(covered, yes);
  put(notCovered, no);
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
