// Reads policy_data.json: what policies see under `data`.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { failed, type Loaded } from './policy-failure.ts';

const names = z.array(z.string());

/**
 * The keys of the Go server and those of our own policies. Their shapes are checked because Rego would not: a list that is a
 * string by mistake matches nothing, and what it should have blocked would be allowed. Keys of a user's own
 * policies pass as they are.
 */
const policyData = z
  .looseObject({
    tool_capabilities: z.record(z.string(), z.string()),
    rate_limits: z.record(z.string(), z.number()),
    ask_tools: names,
    blocked_tools: names,
    blocked_agents: names,
    blocked_dids: names,
    allowed_dids: names,
    trusted_publishers: names,
    identity_required_tools: names,
    pii_tools: names,
    blocked_models_for_pii: names,
    tool_notes: z.record(z.string(), names),
    alert_tools: names,
    redact_arguments: z.record(z.string(), names),
  })
  .partial()
  // `data.mcp.policy` is where the rules are: a document there would stand in for rules.
  .refine((data) => !('mcp' in data), { path: ['mcp'], error: 'this name belongs to the policies' });

export interface PolicyData {
  readonly name: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @param file null: policies see no data. */
export async function readPolicyData(file: string | null): Promise<Loaded<PolicyData | null>> {
  if (file === null) return { ok: true, value: null };
  const name = basename(file);
  try {
    return parsePolicyData(name, await readFile(file, 'utf8'));
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), name);
  }
}

export function parsePolicyData(name: string, text: string): Loaded<PolicyData> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error), name);
  }
  const parsed = policyData.safeParse(json);
  if (parsed.success) return { ok: true, value: { name, text, data: parsed.data } };
  const issue = parsed.error.issues[0];
  return failed(issue === undefined ? 'not valid' : `${issue.path.join('.')}: ${issue.message}`, name);
}
