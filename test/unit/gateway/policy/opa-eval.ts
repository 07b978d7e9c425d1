// `opa eval` on many documents at once, as the judge of what our own code should return.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { opa, temporaryFolder } from './places.ts';

/**
 * Evaluates an expression over `x` for each document, in one run of OPA.
 * @param documents JSON texts, so that numbers reach OPA as they are written
 * @returns values, undefined where the expression is
 */
export function opaEval(
  expression: string,
  documents: readonly string[],
  files: readonly string[] = [],
  flags: readonly string[] = [],
): unknown[] {
  const file = join(temporaryFolder(), 'documents.json');
  writeFileSync(file, `{"documents": [${documents.join(',')}]}`);
  const query = `[[i, value] | x := data.documents[i]; value := ${expression}]`;
  const paths = [file, ...files].flatMap((path) => ['--data', path]);
  const output = execFileSync(opa, ['eval', '--format', 'json', ...flags, ...paths, query], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 20_000,
  });
  const parsed = JSON.parse(output) as { result: [{ expressions: [{ value: [number, unknown][] }] }] };
  const values = new Map(parsed.result[0].expressions[0].value);
  return documents.map((_, index) => values.get(index));
}
