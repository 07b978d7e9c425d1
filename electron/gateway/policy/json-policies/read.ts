// Reads the JSON policies of a folder (`policy.json_policy_dir`) and puts them, as Rego, beside the Rego policies.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, type Loaded, type PolicyError } from '../policy-failure.ts';
import { jsonPolicyToRego, regoPrefix } from './to-rego.ts';

/** A Rego policy, as sources.ts has it. */
export interface RegoFile {
  readonly name: string;
  readonly text: string;
}

/**
 * @param folder all of its `.json` files count, in the order of their names
 * @param rego the Rego policies that they are to stand beside; may be none
 * @returns one Rego file for each, and where the Rego policies need it, one that makes their objections count
 */
export async function readJsonPolicies(
  folder: string,
  rego: readonly RegoFile[],
): Promise<Loaded<readonly RegoFile[]>> {
  const sources: RegoFile[] = [];
  const errors: PolicyError[] = [];
  const owners = new Map<string, string>();
  try {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
      const made = jsonPolicyToRego(await readFile(join(folder, file), 'utf8'));
      if (!made.ok)
        errors.push(...made.errors.map((error) => ({ ...nowhere, file, message: sentence(error) })));
      else {
        const owner = owners.get(regoPrefix(made.name));
        const message = `name: the policy in ${owner ?? ''} has the same name`;
        if (owner !== undefined) errors.push({ ...nowhere, file, message });
        owners.set(regoPrefix(made.name), file);
        sources.push({ name: `${file}.rego`, text: made.rego });
      }
    }
  } catch (error) {
    return failed(`The folder of JSON policies can't be read: ${String(error)}`, folder);
  }
  const [first, ...rest] = errors;
  if (first !== undefined) return { ok: false, failure: { errors: [first, ...rest] } };
  if (sources.length === 0)
    return failed('There is no policy (*.json) in the folder of JSON policies', folder);
  return connect(rego, sources);
}

const nowhere = { line: null, column: null };

function sentence({
  rule,
  field,
  message,
}: {
  rule: string | null;
  field: string | null;
  message: string;
}): string {
  return [...(rule === null ? [] : [`rule ${rule}`]), ...(field === null ? [] : [field]), message].join(': ');
}

/** Objections count where Rego policies ask for them, as the shipped ones do, or where they have no decision. */
function connect(rego: readonly RegoFile[], made: readonly RegoFile[]): Loaded<readonly RegoFile[]> {
  const taken = made.find(({ name }) => rego.some((source) => source.name === name));
  if (taken !== undefined) return failed('A JSON policy is called so too', taken.name);
  if (rego.some(({ text }) => /^[^#\n]*\bobjections\b/mu.test(text))) return { ok: true, value: made };
  const deciding = rego.find(({ text }) => /^\s*(?:default\s+)?decision\b/mu.test(text));
  if (deciding === undefined)
    return { ok: true, value: [...made, { name: 'json_policies.rego', text: bridge }] };
  return failed(
    'JSON policies would have no effect beside this `decision`: it has to deny where there are `objections`',
    deciding.name,
  );
}

const bridge = `# Makes the objections of the JSON policies violations, beside what the other files have against a call.
package mcp.policy

import rego.v1

violations contains objection.message if some objection in objections
`;
