// Asks OPA what is wrong with policy sources, and where.
import { z } from 'zod';
import type { Opa } from './opa.ts';
import type { PolicyError } from './policy-failure.ts';

/** Rego v1, or the style before it (`allow { … }`), which many published policies still have. */
export const dialects = [[], ['--v0-compatible']] as const;
export type Dialect = (typeof dialects)[number];

/** https://www.openpolicyagent.org/docs/cli, `opa check --format json`. */
const report = z.object({
  errors: z.array(
    z.object({
      message: z.string(),
      location: z.object({ file: z.string(), row: z.number(), col: z.number() }).optional(),
    }),
  ),
});

/**
 * @param sources a folder, whose files are named relative to it
 * @param schema JSON schema of the input, as a path; null where anything may stand in it
 */
export async function checkSources(
  opa: Opa,
  sources: string,
  dialect: Dialect,
  schema: string | null = null,
): Promise<PolicyError[]> {
  const against = schema === null ? [] : ['--schema', schema];
  const { ok, output } = await opa.run(['check', '--format', 'json', ...against, ...dialect, '.'], sources);
  if (ok) return [];
  return readOpaErrors(output);
}

/** @param output JSON, or in words what OPA could not even begin with */
export function readOpaErrors(output: string): PolicyError[] {
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    return [{ file: null, line: null, column: null, message: output.replace(/^error: /u, '').trim() }];
  }
  return report.parse(json).errors.map(({ message, location }) => ({
    file: location === undefined || location.file === '' ? null : location.file,
    line: location?.row ?? null,
    column: location?.col ?? null,
    message,
  }));
}

/** Files that are wrong in both dialects were written in one: the one with fewer errors, or v1. */
export async function likelyDialect(opa: Opa, sources: string): Promise<Dialect> {
  const [v1 = [], v0 = []] = await Promise.all(dialects.map((each) => checkSources(opa, sources, each)));
  return v0.length < v1.length ? dialects[1] : dialects[0];
}
