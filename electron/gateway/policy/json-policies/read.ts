// Puts JSON policies, as Rego, beside the Rego policies.
import { failed, type Loaded, type PolicyError } from '../policy-failure.ts';
import { describeJsonError, jsonPolicyToRego, regoPrefix } from './to-rego.ts';

/** A policy, as sources.ts has it: Rego, or a JSON policy whose name ends with `.json`. */
export interface PolicyText {
  readonly name: string;
  readonly text: string;
}

export const isJsonPolicy = ({ name }: PolicyText): boolean => name.endsWith('.json');

/**
 * @param policies in any order
 * @returns the Rego policies, one more for each JSON policy, and where they need it, one that makes its objections count
 */
export function writtenInRego(policies: readonly PolicyText[]): Loaded<readonly PolicyText[]> {
  const rego = policies.filter((each) => !isJsonPolicy(each));
  const json = policies.filter(isJsonPolicy);
  const made: PolicyText[] = [];
  const errors: PolicyError[] = [];
  const owners = new Map<string, string>();
  for (const { name: file, text } of json) {
    const policy = jsonPolicyToRego(text);
    if (!policy.ok) {
      errors.push(
        ...policy.errors.map((error) => {
          const { line, column } = error;
          return { file, line, column, message: describeJsonError(error) };
        }),
      );
      continue;
    }
    const owner = owners.get(regoPrefix(policy.name));
    if (owner !== undefined) {
      errors.push({
        file,
        line: null,
        column: null,
        message: `name: the policy in ${owner} has the same name`,
      });
    }
    owners.set(regoPrefix(policy.name), file);
    made.push({ name: `${file}.rego`, text: policy.rego });
  }
  const [first, ...rest] = errors;
  if (first !== undefined) return { ok: false, failure: { errors: [first, ...rest] } };
  return made.length === 0 ? { ok: true, value: rego } : connect(rego, made);
}

/** Objections count where Rego policies ask for them, as the shipped ones do, or where they have no decision. */
function connect(rego: readonly PolicyText[], made: readonly PolicyText[]): Loaded<readonly PolicyText[]> {
  const taken = made.find(({ name }) => rego.some((source) => source.name === name));
  if (taken !== undefined) return failed('A JSON policy is called so too', taken.name);
  const all = [...rego, ...made];
  if (rego.some(({ text }) => /^[^#\n]*\bobjections\b/mu.test(text))) return { ok: true, value: all };
  const deciding = rego.find(({ text }) => /^\s*(?:default\s+)?decision\b/mu.test(text));
  if (deciding === undefined)
    return { ok: true, value: [...all, { name: 'json_policies.rego', text: bridge }] };
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
