// The titles of tests, read from their files: a test that is named somewhere has to be there.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('..', import.meta.url));

export interface TestTitle {
  /** From `test/`, with slashes. */
  readonly file: string;
  readonly title: string;
}

/** Of all tests below these folders of `test/`. Those of `it.each` stand as they are written, with `%s`. */
export function titlesBelow(...folders: string[]): TestTitle[] {
  return globSync(
    folders.map((name) => `${name}/**/*.test.ts`),
    { cwd: folder },
  )
    .sort()
    .flatMap((file) => titlesIn(file).map((title) => ({ file: file.replaceAll('\\', '/'), title })));
}

function titlesIn(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && firstName(node.expression) === 'it') {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) found.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** `it` of `it(…)`, `it.skipIf(…)(…)` and `it.each(…)(…)`. */
function firstName(callee: ts.Expression): string {
  let inner = callee;
  while (ts.isCallExpression(inner) || ts.isPropertyAccessExpression(inner)) inner = inner.expression;
  return ts.isIdentifier(inner) ? inner.text : '';
}
