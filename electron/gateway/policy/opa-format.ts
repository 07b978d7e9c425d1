// Formats Rego as OPA does.
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { PolicyFormatted } from '../../shared/policy-editing.ts';
import { likelyDialect, readOpaErrors } from './opa-check.ts';
import type { Opa } from './opa.ts';
import { diagnose } from './policy-failure.ts';
import { withCopies } from './scratch-folder.ts';

const name = 'policy.rego';

export function formatRego(opa: Opa, text: string): Promise<PolicyFormatted> {
  return withCopies([{ name, text }], async ({ sources }) => {
    const dialect = await likelyDialect(opa, sources);
    const { ok, output } = await opa.run(['fmt', '--write', ...dialect, name], sources);
    if (ok) return { ok, text: await readFile(join(sources, name), 'utf8') };
    // `opa fmt` says where in prose alone; `opa check` sees the same mistake.
    const checked = await opa.run(['check', '--format', 'json', ...dialect, name], sources);
    const errors = readOpaErrors(checked.ok ? output : checked.output);
    return {
      ok,
      diagnostics: diagnose(
        errors.map((error) => ({ ...error, file: null })),
        'compile',
      ),
    };
  });
}
